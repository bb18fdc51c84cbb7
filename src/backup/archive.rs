//! The file of a backup: gzip around tar. A table is cut into members of a few megabytes (`tables/posts.0001.jsonl`), so
//! that neither side needs more memory than one of them, nor a second copy on disk.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use super::manifest::{FORMAT, Manifest};
use crate::clock::rfc3339;
use crate::store::Db;
use crate::store::tables::{Batch, TABLES};

const MANIFEST: &str = "manifest.json";
/// A member is closed when it has grown to this.
const MEMBER_BYTES: usize = 4 << 20;
/// Rows go to the database in statements of about this size.
const BATCH_BYTES: usize = 1 << 20;
/// No manifest and no key is larger.
const MAX_FILE_BYTES: u64 = 16 << 20;

/// Writes an archive beside its final place and moves it there at the end.
pub(super) struct Writer {
    path: PathBuf,
    part: PathBuf,
    tar: tar::Builder<GzEncoder<File>>,
    table: &'static str,
    lines: Vec<u8>,
    rows: BTreeMap<String, u64>,
    members: BTreeMap<String, String>,
    parts_of_table: u32,
}

impl Writer {
    pub(super) fn create(path: &Path) -> anyhow::Result<Self> {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&part)
            .with_context(|| format!("write {}", part.display()))?;
        Ok(Self {
            path: path.to_owned(),
            part,
            tar: tar::Builder::new(GzEncoder::new(file, Compression::fast())),
            table: "",
            lines: Vec::with_capacity(MEMBER_BYTES + BATCH_BYTES),
            rows: TABLES.iter().map(|&table| (table.to_owned(), 0)).collect(),
            members: BTreeMap::new(),
            parts_of_table: 0,
        })
    }

    /// Adds a row; those of one table come together.
    pub(super) fn row(&mut self, table: &'static str, row: &str) -> anyhow::Result<()> {
        if self.table != table {
            self.close_member()?;
            self.table = table;
            self.parts_of_table = 0;
        }
        self.lines.extend_from_slice(row.as_bytes());
        self.lines.push(b'\n');
        *self.rows.entry(table.to_owned()).or_default() += 1;
        if self.lines.len() >= MEMBER_BYTES {
            self.close_member()?;
        }
        Ok(())
    }

    fn close_member(&mut self) -> anyhow::Result<()> {
        if self.lines.is_empty() {
            return Ok(());
        }
        self.parts_of_table += 1;
        let name = format!("tables/{}.{:04}.jsonl", self.table, self.parts_of_table);
        let mut lines = std::mem::take(&mut self.lines);
        self.file(&name, &lines)?;
        lines.clear();
        self.lines = lines;
        Ok(())
    }

    /// Adds a member.
    pub(super) fn file(&mut self, name: &str, content: &[u8]) -> anyhow::Result<()> {
        self.append(name, content)
            .with_context(|| format!("write {name} to {}", self.part.display()))?;
        self.members.insert(name.to_owned(), hex(content));
        Ok(())
    }

    fn append(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o600);
        header.set_size(content.len() as u64);
        self.tar.append_data(&mut header, name, content)
    }

    /// Adds the manifest, makes the file durable and gives it its name.
    pub(super) fn finish(
        mut self,
        schema_version: i64,
        db: &Db,
        now_ms: i64,
    ) -> anyhow::Result<Manifest> {
        self.close_member()?;
        let manifest = Manifest {
            format: FORMAT,
            gatepost: env!("CARGO_PKG_VERSION").to_owned(),
            schema_version,
            created_at: rfc3339(now_ms),
            database: match db {
                Db::Sqlite(_) => "sqlite".to_owned(),
                Db::Postgres(_) => "postgres".to_owned(),
            },
            has_secret_key: self.members.contains_key(super::KEY),
            rows: std::mem::take(&mut self.rows),
            members: std::mem::take(&mut self.members),
        };
        self.append(MANIFEST, &serde_json::to_vec_pretty(&manifest)?)?;
        let Self {
            path, part, tar, ..
        } = self;
        let mut file = tar.into_inner()?.finish()?;
        file.flush()?;
        file.sync_all()?;
        fs::rename(&part, &path).with_context(|| format!("name the backup {}", path.display()))?;
        Ok(manifest)
    }
}

/// An archive to read from its beginning.
pub(super) struct Reader(tar::Archive<GzDecoder<BufReader<File>>>);

impl Reader {
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| format!("open {}", path.display()))?;
        Ok(Self(tar::Archive::new(GzDecoder::new(BufReader::new(
            file,
        )))))
    }

    /// The rows of all tables in pieces that fit into one statement. `progress` hears how many rows were read.
    pub(super) fn batches<'a>(
        &'a mut self,
        mut progress: impl FnMut(u64) + 'a,
    ) -> anyhow::Result<impl Iterator<Item = anyhow::Result<Batch>> + 'a> {
        let mut members = self.0.entries()?;
        let mut current: Option<(&'static str, BufReader<_>)> = None;
        let mut rows = 0;
        let mut next = move || -> anyhow::Result<Option<Batch>> {
            loop {
                if let Some((table, lines)) = &mut current {
                    let (batch, count) = read_batch(lines)?;
                    if count > 0 {
                        rows += count;
                        progress(rows);
                        return Ok(Some((table, batch)));
                    }
                }
                let Some(member) = members.next().transpose()? else {
                    return Ok(None);
                };
                let name = member.path()?.to_string_lossy().into_owned();
                current = table_of(&name).map(|table| (table, BufReader::new(member)));
            }
        };
        Ok(std::iter::from_fn(move || next().transpose()))
    }
}

/// The next lines as a JSON array, and how many they are.
fn read_batch(lines: &mut impl io::BufRead) -> anyhow::Result<(String, u64)> {
    let mut batch = String::from("[");
    let mut count = 0;
    while batch.len() < BATCH_BYTES {
        let end = batch.len();
        if count > 0 {
            batch.push(',');
        }
        if lines.read_line(&mut batch)? == 0 {
            batch.truncate(end);
            break;
        }
        count += 1;
    }
    batch.push(']');
    Ok((batch, count))
}

/// The table whose rows are in the member `name`.
fn table_of(name: &str) -> Option<&'static str> {
    let (table, _) = name.strip_prefix("tables/")?.split_once('.')?;
    TABLES.iter().copied().find(|known| *known == table)
}

/// Reads the whole archive and compares every member with the manifest.
pub(super) fn verify(path: &Path) -> anyhow::Result<Manifest> {
    let verify = || -> anyhow::Result<Manifest> {
        let mut members = BTreeMap::new();
        let mut manifest = None;
        let mut reader = Reader::open(path)?;
        for member in reader.0.entries()? {
            let mut member = member?;
            let name = member.path()?.to_string_lossy().into_owned();
            if name == MANIFEST {
                manifest = Some(serde_json::from_slice::<Manifest>(&read_small(member)?)?);
            } else {
                let mut hasher = Sha256::new();
                io::copy(&mut member, &mut DigestWriter(&mut hasher))?;
                members.insert(name, hex_digest(&hasher.finalize()));
            }
        }
        let manifest = manifest.context("it has no manifest: it is cut short, or no backup")?;
        compare(&manifest, &members)?;
        Ok(manifest)
    };
    verify().with_context(|| format!("verify the backup {}", path.display()))
}

fn compare(manifest: &Manifest, members: &BTreeMap<String, String>) -> anyhow::Result<()> {
    ensure!(
        manifest.format == FORMAT,
        "it has format {}, this program reads format {FORMAT}",
        manifest.format
    );
    for (name, digest) in &manifest.members {
        match members.get(name) {
            Some(found) if found == digest => {}
            Some(_) => bail!("the checksum of {name} is wrong"),
            None => bail!("{name} is missing"),
        }
    }
    if let Some(name) = members
        .keys()
        .find(|name| !manifest.members.contains_key(*name))
    {
        bail!("{name} is not in the manifest");
    }
    Ok(())
}

/// The content of the member `name`, if there is one.
pub(super) fn read_file(path: &Path, name: &str) -> anyhow::Result<Option<Vec<u8>>> {
    let mut reader = Reader::open(path)?;
    for member in reader.0.entries()? {
        let member = member?;
        if member.path()?.as_os_str() == name {
            return Ok(Some(read_small(member)?));
        }
    }
    Ok(None)
}

fn read_small(member: impl Read) -> anyhow::Result<Vec<u8>> {
    let mut content = Vec::new();
    member.take(MAX_FILE_BYTES).read_to_end(&mut content)?;
    Ok(content)
}

/// Feeds a hash from a reader.
struct DigestWriter<'a>(&'a mut Sha256);

impl io::Write for DigestWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn hex(content: &[u8]) -> String {
    hex_digest(&Sha256::digest(content))
}

fn hex_digest(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
