//! A post comes in: it is checked, its workflow starts, and it is published, held or rejected, all in one transaction.

use std::sync::Arc;

use crate::ids::{ExecutionId, KeyId, PostId, SiteId, UserId};
use crate::moderation::flow::{Passage, execution_arn};
use crate::moderation::in_force::InForce;
use crate::moderation::rows::{
    AuthorPostRow, Change, IdempotencyRow, PostRow, PostStatus, RevisionRow,
};
use crate::moderation::rules::{self, Checked, Hit};
use crate::moderation::text_rule::TextRule;
use crate::moderation::{Moderation, Tools};
use crate::store::ledger::{Idempotency, Key, Loaded, Scope};
use crate::store::{authors, records};

/// The longest title, in characters.
pub const TITLE_MAX_CHARS: usize = 200;
/// The longest body, in bytes: what an execution's input can carry beside the other fields once its text is JSON.
pub const BODY_MAX_BYTES: usize = 200_000;
/// The longest name that a sender can give a post, in characters.
pub const EXTERNAL_ID_MAX_CHARS: usize = 200;

/// A title that was checked: one line, not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title(String);

/// A body that was checked: not empty, no control characters but line breaks and tabs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body(String);

impl Title {
    /// Trims and checks what was typed.
    pub fn parse(raw: &str) -> Result<Self, TextRule> {
        let title = raw.trim();
        if title.is_empty() {
            return Err(TextRule::TitleEmpty);
        }
        if title.chars().count() > TITLE_MAX_CHARS {
            return Err(TextRule::TitleLength);
        }
        if title.chars().any(char::is_control) {
            return Err(TextRule::TitleLine);
        }
        Ok(Self(title.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Body {
    /// Checks what was typed; line ends become `\n`.
    pub fn parse(raw: &str) -> Result<Self, TextRule> {
        if raw.trim().is_empty() {
            return Err(TextRule::BodyEmpty);
        }
        let body = if raw.contains('\r') {
            raw.replace("\r\n", "\n")
        } else {
            raw.to_owned()
        };
        // An escaped byte becomes two.
        let is_escaped = |byte: &&u8| matches!(byte, b'\n' | b'\t' | b'"' | b'\\');
        let may_be_long = body.len() > BODY_MAX_BYTES / 2;
        if may_be_long
            && body.len() + body.as_bytes().iter().filter(is_escaped).count() > BODY_MAX_BYTES
        {
            return Err(TextRule::BodyLength);
        }
        if has_control(&body) {
            return Err(TextRule::BodyControl);
        }
        Ok(Self(body))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether there is a control character (Unicode `Cc`) other than line breaks and tabs. Looks at bytes, which is many
/// times faster than to decode them: the ASCII ones are one byte, U+0080 to U+009F are C2 and 80 to 9F.
fn has_control(text: &str) -> bool {
    // Without a branch, so that the compiler looks at many bytes at once.
    let bytes = text.as_bytes();
    let is_ascii_control = |byte: u8| {
        ((byte < 0x20) & (byte != b'\n') & (byte != b'\t') & (byte != b'\r')) | (byte == 0x7F)
    };
    let is_c1 = |pair: &[u8]| matches!(pair, [0xC2, 0x80..=0x9F]);
    bytes
        .iter()
        .fold(false, |any, &byte| any | is_ascii_control(byte))
        || (!text.is_ascii() && bytes.windows(2).any(is_c1))
}

/// A post before it is one.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Who wrote it; a member of the site.
    pub author_id: UserId,
    /// The author's name as the workflow sees it.
    pub author_name: String,
    /// Its title.
    pub title: Title,
    /// Its text, Markdown.
    pub body: Body,
    /// The sender's own name for it, unique within the site.
    pub external_id: Option<String>,
}

/// What an author wrote, checked.
#[derive(Debug, Clone)]
pub struct Content {
    title: Title,
    body: Body,
    external_id: Option<String>,
}

impl Content {
    /// Checks the fields of a form or a request; all mistakes at once.
    pub fn parse(
        title: &str,
        body: &str,
        external_id: Option<String>,
    ) -> Result<Self, Vec<TextRule>> {
        let title = Title::parse(title);
        let body = Body::parse(body);
        let bad_external_id = external_id.as_deref().filter(|id| {
            id.is_empty()
                || id.chars().count() > EXTERNAL_ID_MAX_CHARS
                || id.chars().any(char::is_control)
        });
        match (title, body, bad_external_id) {
            (Ok(title), Ok(body), None) => Ok(Self {
                title,
                body,
                external_id,
            }),
            (title, body, bad_external_id) => Err(title
                .err()
                .into_iter()
                .chain(body.err())
                .chain(bad_external_id.map(|_| TextRule::ExternalId))
                .collect()),
        }
    }

    /// The draft of that author.
    pub fn by(self, author_id: UserId, author_name: &str) -> Draft {
        Draft {
            author_id,
            author_name: author_name.to_owned(),
            title: self.title,
            body: self.body,
            external_id: self.external_id,
        }
    }
}

impl Draft {
    /// [`Content::parse`] for an author who is known.
    pub fn parse(
        author_id: UserId,
        author_name: &str,
        title: &str,
        body: &str,
        external_id: Option<&str>,
    ) -> Result<Self, Vec<TextRule>> {
        let content = Content::parse(title, body, external_id.map(str::to_owned))?;
        Ok(content.by(author_id, author_name))
    }
}

/// A post that came in.
#[derive(Debug, Clone)]
pub struct Submitted {
    /// The post; its status says what became of it.
    pub post: PostRow,
    /// What the rules found.
    pub hits: Vec<Hit>,
    /// Its run.
    pub execution_arn: String,
}

/// How a request that its sender may repeat is recognised, and how its answer is written down. The answer is a status and
/// a body.
pub struct Repeatable<T: ?Sized> {
    /// Who sends it.
    pub key_id: KeyId,
    /// The `Idempotency-Key`.
    pub key: String,
    /// A hash of what was asked, so that the same key with another request is noticed.
    pub request_hash: String,
    /// Writes the answer.
    pub answer: WriteAnswer<T>,
}

type WriteAnswer<T> = Arc<dyn Fn(&T) -> (u16, String) + Send + Sync>;

impl<T> Clone for Repeatable<T> {
    fn clone(&self) -> Self {
        Self {
            key_id: self.key_id.clone(),
            key: self.key.clone(),
            request_hash: self.request_hash.clone(),
            answer: self.answer.clone(),
        }
    }
}

impl<T> Repeatable<T> {
    pub(crate) fn scope(&self) -> Idempotency {
        Idempotency {
            key_id: self.key_id.clone(),
            key: self.key.clone(),
        }
    }

    pub(crate) fn row(&self, site_id: SiteId, now_ms: i64, result: &T) -> IdempotencyRow {
        let (status, body) = (self.answer)(result);
        IdempotencyRow {
            site_id,
            key_id: self.key_id.clone(),
            key: self.key.clone(),
            request_hash: self.request_hash.clone(),
            status: i64::from(status),
            body,
            created_at_ms: now_ms,
        }
    }

    /// What to say when the request was answered before.
    pub(crate) fn replay(&self, row: &IdempotencyRow) -> Replay {
        Replay::of(row, &self.request_hash)
    }
}

/// A request that was answered before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replay {
    /// It is the same one: give the same answer.
    Same {
        /// The status then.
        status: u16,
        /// The body then.
        body: String,
    },
    /// The key was used for another request.
    Different,
}

impl Replay {
    /// What to say to a request with that hash, given the answer to the first one under its key.
    pub(crate) fn of(row: &IdempotencyRow, request_hash: &str) -> Self {
        if row.request_hash == request_hash {
            Self::Same {
                status: u16::try_from(row.status).unwrap_or(500),
                body: row.body.clone(),
            }
        } else {
            Self::Different
        }
    }
}

/// Why a post was not taken.
#[derive(Debug, Clone)]
pub enum SubmitError {
    /// There is no such site.
    UnknownSite,
    /// The site has a post with that external id.
    DuplicateExternalId(Box<PostRow>),
    /// The request was answered before.
    Replayed(Replay),
}

impl Moderation {
    /// What the rules in force want to know of an author; nothing is read where they do not.
    pub async fn record_of(
        &self,
        in_force: &InForce,
        author: &UserId,
    ) -> anyhow::Result<rules::Author> {
        if !in_force.needs_author() {
            return Ok(rules::Author::default());
        }
        let now_ms = self.tools.clock.now_ms();
        // Boxed, so that the future of every submission is not as large as that of the few that ask.
        Box::pin(records::find(&self.db, in_force.site.id, author, now_ms)).await
    }

    /// [`Self::record_of`] whoever has that address; somebody new if nobody has.
    pub async fn record_at(
        &self,
        in_force: &InForce,
        email: &str,
    ) -> anyhow::Result<rules::Author> {
        match authors::find(&self.db, in_force.site.id, email).await? {
            Some(author) => self.record_of(in_force, &author.id).await,
            None => Ok(rules::Author::default()),
        }
    }

    /// Takes a post. When this returns, the post, its run and what follows from it are durable.
    pub async fn submit(
        &self,
        site_id: SiteId,
        draft: Draft,
        repeatable: Option<Repeatable<Submitted>>,
    ) -> anyhow::Result<Result<Submitted, SubmitError>> {
        let Some(in_force) = self.in_force.load(site_id).await? else {
            return Ok(Err(SubmitError::UnknownSite));
        };
        let author = self.record_of(&in_force, &draft.author_id).await?;
        let checked = in_force.check_by(draft.title.as_str(), draft.body.as_str(), &author);
        let hits = serde_json::to_string(&checked.hits)?;
        let asks = in_force.asked_checks().next().is_some();
        let tools = self.tools.clone();
        let scope = Scope {
            site_id,
            key: Key::Submission(draft.external_id.clone()),
            idempotency: repeatable.as_ref().map(Repeatable::scope),
        };
        let begin = move || begin(&tools, &in_force, &draft, &checked, &hits);
        // Nothing that is loaded changes how the run begins, so it begins here and not in the ledger's one thread.
        let mut begun = Some(begin());
        let result = self
            .ledger
            .transact(scope, move |loaded: Loaded| {
                if let (Some(replay), Some(repeatable)) = (&loaded.replay, &repeatable) {
                    return refuse(SubmitError::Replayed(repeatable.replay(replay)));
                }
                if let Some(existing) = loaded.existing {
                    return refuse(SubmitError::DuplicateExternalId(Box::new(existing)));
                }
                let (mut change, submitted) = begun.take().unwrap_or_else(&begin);
                change
                    .idempotency
                    .extend(repeatable.as_ref().map(|repeatable| {
                        repeatable.row(site_id, submitted.post.created_at_ms, &submitted)
                    }));
                (change, Ok(submitted))
            })
            .await?;
        if asks {
            self.check_bell.notify_one();
        }
        self.mail_bell.notify_one();
        Ok(result)
    }
}

/// The run of a new post, up to where it parks or ends.
fn begin(
    tools: &Tools,
    in_force: &InForce,
    draft: &Draft,
    checked: &Checked,
    hits: &str,
) -> (Change, Submitted) {
    let now_ms = tools.clock.now_ms();
    let site_id = in_force.site.id;
    let post = PostRow {
        site_id,
        id: tools.ids.next::<PostId>(now_ms),
        author_id: draft.author_id.clone(),
        external_id: draft.external_id.clone(),
        slug: None,
        status: PostStatus::Held,
        revision: 1,
        published_revision: None,
        execution_id: tools.ids.next::<ExecutionId>(now_ms),
        created_at_ms: now_ms,
        updated_at_ms: now_ms,
        published_at_ms: None,
    };
    let revision = RevisionRow {
        site_id,
        post_id: post.id.clone(),
        number: 1,
        title: draft.title.as_str().to_owned(),
        body: draft.body.as_str().to_owned(),
        hits: hits.to_owned(),
        rule_set_version: checked.rule_set_version,
        created_at_ms: now_ms,
    };
    let passage = Passage::start(
        tools,
        in_force,
        post,
        revision.clone(),
        &draft.author_name,
        checked,
        None,
    );
    let submitted = Submitted {
        execution_arn: execution_arn(&in_force.site.account, &passage.post().execution_id),
        post: passage.post().clone(),
        hits: checked.hits.clone(),
    };
    let author_post = AuthorPostRow {
        site_id,
        author_id: draft.author_id.clone(),
        post_id: revision.post_id.clone(),
    };
    let mut change = passage.into_change();
    change.revisions.push(revision);
    change.author_posts.push(author_post);
    (change, submitted)
}

fn refuse<T>(error: SubmitError) -> (Change, Result<T, SubmitError>) {
    (Change::default(), Err(error))
}

#[cfg(test)]
mod tests {
    use super::has_control;

    #[test]
    fn control_characters_are_those_of_unicode() {
        for letter in '\0'..='\u{fff}' {
            let expected = letter.is_control() && !matches!(letter, '\n' | '\t' | '\r');
            assert_eq!(has_control(&format!("Ā{letter}é")), expected, "{letter:?}");
            assert_eq!(has_control(&letter.to_string()), expected, "{letter:?}");
        }
    }
}
