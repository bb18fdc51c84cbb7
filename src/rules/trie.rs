//! A set of byte strings that is walked a byte at a time: a double array, one memory access per step.
//! Knows nothing of text; what the keys mean is the caller's affair.

/// The node from which every walk begins.
pub(super) const ROOT: u32 = 1;
const FREE: u32 = 0;
/// How many free slots are tried before a node's children get a block of their own.
const TRIES: usize = 32;

/// Slot `base ^ byte` of a node holds its child by `byte`, if that slot's `parent` is the node.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    base: u32,
    parent: u32,
    mark: u32,
}

/// The compiled set. A node's mark is 0 or what the builder gave for the key that ends there.
#[derive(Debug, Default)]
pub(super) struct Trie {
    slots: Vec<Slot>,
}

impl Trie {
    /// Builds from sorted, distinct, non-empty keys, each with its mark.
    pub(super) fn build(keys: &[(Vec<u8>, u32)]) -> Trie {
        let mut builder = Builder {
            slots: vec![
                Slot {
                    parent: FREE,
                    ..Slot::default()
                };
                256
            ],
            cursor: ROOT + 1,
        };
        builder.slots[0].parent = u32::MAX;
        builder.slots[ROOT as usize].parent = u32::MAX;
        let mut todo = vec![Todo {
            node: ROOT,
            depth: 0,
            keys,
        }];
        while let Some(next) = todo.pop() {
            builder.place(next, &mut todo);
        }
        Trie {
            slots: builder.slots,
        }
    }

    /// The child of `node` by `byte`.
    #[inline]
    pub(super) fn next(&self, node: u32, byte: u8) -> Option<u32> {
        let child = self.slots[node as usize].base ^ u32::from(byte);
        (self.slots.get(child as usize)?.parent == node).then_some(child)
    }

    /// What the builder was given for the key ending at `node`, or 0.
    #[inline]
    pub(super) fn mark(&self, node: u32) -> u32 {
        self.slots[node as usize].mark
    }
}

/// A node that still needs children: `keys` are those that go through it, equal up to `depth`.
struct Todo<'k> {
    node: u32,
    depth: usize,
    keys: &'k [(Vec<u8>, u32)],
}

struct Builder {
    slots: Vec<Slot>,
    /// No slot before this one is free.
    cursor: u32,
}

impl Builder {
    /// Gives the children of a node their slots.
    fn place<'k>(
        &mut self,
        Todo {
            node,
            depth,
            mut keys,
        }: Todo<'k>,
        todo: &mut Vec<Todo<'k>>,
    ) {
        if let Some((key, mark)) = keys.first()
            && key.len() == depth
        {
            self.slots[node as usize].mark = *mark;
            keys = &keys[1..];
        }
        let groups: Vec<_> = keys
            .chunk_by(|left, right| left.0[depth] == right.0[depth])
            .collect();
        if groups.is_empty() {
            return;
        }
        let bytes: Vec<u8> = groups.iter().map(|group| group[0].0[depth]).collect();
        let base = self.base_for(&bytes);
        self.slots[node as usize].base = base;
        for (group, byte) in groups.into_iter().zip(bytes) {
            let child = base ^ u32::from(byte);
            self.slots[child as usize].parent = node;
            todo.push(Todo {
                node: child,
                depth: depth + 1,
                keys: group,
            });
        }
    }

    fn base_for(&mut self, bytes: &[u8]) -> u32 {
        while self
            .slots
            .get(self.cursor as usize)
            .is_some_and(|slot| slot.parent != FREE)
        {
            self.cursor += 1;
        }
        let free = (self.cursor..self.slots.len() as u32)
            .filter(|at| self.slots[*at as usize].parent == FREE);
        for slot in free.take(TRIES) {
            let base = slot ^ u32::from(bytes[0]);
            if bytes
                .iter()
                .all(|byte| self.slots[(base ^ u32::from(*byte)) as usize].parent == FREE)
            {
                return base;
            }
        }
        let base = self.slots.len() as u32;
        self.slots.resize(self.slots.len() + 256, Slot::default());
        base
    }
}
