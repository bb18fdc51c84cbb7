//! The chain over the audit log. Lines are written by whatever transaction they belong to; a worker seals them in batches a
//! little later, so that the chain costs those transactions nothing. A link has a keyed digest of each of its lines, the
//! hash of the link before, and a signature. Details are part of a digest by a code of their own, which can take their
//! place when somebody's data is erased. Knows nothing of pages or commands.

use std::collections::HashSet;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::auth::keyring::{Keyring, Purpose};
use crate::ids::{self, AuditId, SiteId};
use crate::moderation::Moderation;
use crate::moderation::rows::AuditRow;
use crate::moderation::site;
use crate::store::Db;
use crate::store::seals::{self, SealRow};

/// A line is sealed this long after its id was made: a transaction takes that long at most, but for a stopped process.
const LAG_MS: i64 = 10_000;
/// Lines that were committed later than that are looked for among so many of the newest links.
const LATE_LINKS: i64 = 16;
/// Lines in one link.
const LINES: i64 = 5_000;
/// Bytes of a line's digest.
const DIGEST: usize = 16;
/// Links read in one go by [`verify`].
const LINKS: i64 = 32;
/// What stands in the place of erased details.
pub const ERASED: &str = r#"{"erased":true}"#;

/// What [`verify`] found out about one site.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// Links that were looked at.
    pub seals: i64,
    /// Lines that they cover.
    pub sealed: usize,
    /// Lines that wait to be sealed.
    pub unsealed: i64,
    /// The end of the chain, to be kept elsewhere: a chain that was cut short behind it does not have it any more.
    pub checkpoint: Option<String>,
    /// What is wrong; empty if nothing is.
    pub problems: Vec<Problem>,
}

/// A place where the log is not what was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The link.
    pub seal: i64,
    /// The line, where it is known.
    pub line: Option<AuditId>,
    /// What is wrong.
    pub problem: String,
}

impl Moderation {
    /// Seals one batch of each site's lines; answers how many sites may have more.
    pub async fn seal_due(&self) -> anyhow::Result<usize> {
        let mut unfinished = 0;
        for site in site::list(&self.db).await? {
            unfinished += usize::from(self.seal(site.id).await?);
        }
        Ok(unfinished)
    }

    async fn seal(&self, site: SiteId) -> anyhow::Result<bool> {
        let (db, now_ms) = (&self.db, self.tools.clock.now_ms());
        let newest = seals::find_newest(db, site).await?;
        let after = newest.as_ref().map_or("", |seal| &seal.through_id);
        let floor = ids::floor(now_ms - LAG_MS);
        let lines = seals::list_lines(db, site, after, &floor, LINES).await?;
        let late = match &newest {
            Some(newest) => find_late(db, &self.tools.keyring, newest).await?,
            None => Vec::new(),
        };
        if lines.is_empty() && late.is_empty() {
            return Ok(false);
        }
        let through = lines.last().map_or(after, |line| line.id.as_str());
        let erasures = seals::list_erasures(db, site, "", through).await?;
        let late_ids: Vec<&AuditId> = late.iter().map(|line| &line.id).collect();
        let keyring = &self.tools.keyring;
        let digests = lines
            .iter()
            .chain(&late)
            .flat_map(|line| digest(keyring, line, erasures.get(&line.id).map(String::as_str)));
        let mut seal = SealRow {
            site_id: site,
            number: newest.as_ref().map_or(0, |seal| seal.number) + 1,
            through_id: through.to_owned(),
            late: serde_json::to_string(&late_ids)?,
            digests: digests.collect(),
            hash: String::new(),
            key_id: keyring.id().to_owned(),
            signature: String::new(),
            sealed_at_ms: now_ms,
        };
        seal.hash = link(newest.as_ref().map_or("", |seal| &seal.hash), &seal);
        seal.signature = sign(keyring, &seal);
        seals::insert(db, &seal).await?;
        Ok(lines.len() as i64 == LINES)
    }
}

/// Lines in the range of the newest links which none of them covers.
async fn find_late(db: &Db, keyring: &Keyring, newest: &SealRow) -> anyhow::Result<Vec<AuditRow>> {
    let site = newest.site_id;
    let mut links = seals::list_newest(db, site, LATE_LINKS + 1).await?;
    let after = match links.len() as i64 > LATE_LINKS {
        true => links.pop().map_or(String::new(), |seal| seal.through_id),
        false => String::new(),
    };
    let known: usize = links.iter().map(|seal| seal.digests.len() / DIGEST).sum();
    let standing = seals::count_lines(db, site, &after, &newest.through_id).await?;
    if standing <= known as i64 {
        return Ok(Vec::new());
    }
    let known: HashSet<&[u8]> = links
        .iter()
        .flat_map(|seal| seal.digests.chunks(DIGEST))
        .collect();
    let erasures = seals::list_erasures(db, site, &after, &newest.through_id).await?;
    let lines = seals::list_lines(db, site, &after, &newest.through_id, i64::MAX).await?;
    Ok(lines
        .into_iter()
        .filter(|line| {
            let erased = erasures.get(&line.id).map(String::as_str);
            !known.contains(&digest(keyring, line, erased)[..])
        })
        .collect())
}

/// Compares a site's audit log with its chain. With a checkpoint, the chain must have it.
pub async fn verify(
    db: &Db,
    keyring: &Keyring,
    site: SiteId,
    checkpoint: Option<&str>,
) -> anyhow::Result<Report> {
    let mut report = Report::default();
    let mut late = HashSet::new();
    for list in seals::list_late(db, site).await? {
        late.extend(serde_json::from_str::<Vec<AuditId>>(&list).unwrap_or_default());
    }
    let mut before: Option<SealRow> = None;
    let mut is_met = checkpoint.is_none();
    loop {
        let after = before.as_ref().map_or(0, |seal| seal.number);
        let links = seals::list(db, site, after, LINKS).await?;
        if links.is_empty() {
            break;
        }
        for seal in links {
            check_link(keyring, before.as_ref(), &seal, &mut report);
            check_lines(db, keyring, before.as_ref(), &seal, &late, &mut report).await?;
            is_met |= checkpoint.is_some_and(|text| text.trim() == checkpoint_of(&seal));
            before = Some(seal);
        }
    }
    if !is_met {
        report.blame(
            0,
            None,
            "the chain does not have the checkpoint: it was cut short or replaced since",
        );
    }
    let after = before.as_ref().map_or("", |seal| &seal.through_id);
    report.unsealed = seals::count_lines(db, site, after, "~").await?;
    report.checkpoint = before.as_ref().map(checkpoint_of);
    Ok(report)
}

/// The newest link of a site's chain, for pages: its number, its lines' end and when it was made.
pub async fn newest(db: &Db, site: SiteId) -> anyhow::Result<Option<SealRow>> {
    seals::find_newest(db, site).await
}

fn check_link(keyring: &Keyring, before: Option<&SealRow>, seal: &SealRow, report: &mut Report) {
    report.seals += 1;
    let number = before.map_or(0, |before| before.number) + 1;
    if seal.number != number {
        report.blame(seal.number, None, &format!("seal {number} is missing"));
    }
    if link(before.map_or("", |before| &before.hash), seal) != seal.hash {
        report.blame(seal.number, None, "the seal was changed, or one before it");
    }
    if seal.key_id != keyring.id() {
        let problem = format!(
            "the seal was made with the key {}, which is not the present one",
            seal.key_id
        );
        report.blame(seal.number, None, &problem);
    } else if sign(keyring, seal) != seal.signature {
        report.blame(seal.number, None, "the signature is not ours");
    }
}

async fn check_lines(
    db: &Db,
    keyring: &Keyring,
    before: Option<&SealRow>,
    seal: &SealRow,
    late: &HashSet<AuditId>,
    report: &mut Report,
) -> anyhow::Result<()> {
    let after = before.map_or("", |before| &before.through_id);
    let mut lines = seals::list_lines(db, seal.site_id, after, &seal.through_id, i64::MAX).await?;
    lines.retain(|line| !late.contains(&line.id));
    for id in serde_json::from_str::<Vec<AuditId>>(&seal.late).unwrap_or_default() {
        lines.extend(seals::find_line(db, seal.site_id, &id).await?);
    }
    let erasures = seals::list_erasures(db, seal.site_id, "", &seal.through_id).await?;
    let mut missing: Vec<&[u8]> = seal.digests.chunks(DIGEST).collect();
    report.sealed += missing.len();
    let mut blamed = 0;
    for line in &lines {
        let erased = erasures.get(&line.id).map(String::as_str);
        let forged = erased.is_some() && line.details != ERASED;
        let digest = digest(keyring, line, erased);
        match missing.iter().position(|known| *known == digest) {
            // Lines stand in the order in which they were sealed, so the first is the usual one.
            Some(place) if !forged => {
                missing.remove(place);
            }
            _ => {
                blamed += 1;
                report.blame(
                    seal.number,
                    Some(&line.id),
                    "the line was changed or added after it was sealed",
                );
            }
        }
    }
    if missing.len() > blamed {
        let count = missing.len() - blamed;
        report.blame(seal.number, None, &format!("{count} lines were removed"));
    }
    Ok(())
}

impl Report {
    fn blame(&mut self, seal: i64, line: Option<&AuditId>, problem: &str) {
        self.problems.push(Problem {
            seal,
            line: line.cloned(),
            problem: problem.to_owned(),
        });
    }
}

/// The code that stands for a line's details.
pub(crate) fn details_code(keyring: &Keyring, details: &str) -> String {
    keyring.mac_text(Purpose::AuditLine, &[details.as_bytes()])
}

fn digest(keyring: &Keyring, line: &AuditRow, erased: Option<&str>) -> [u8; DIGEST] {
    let code = match erased {
        Some(code) => code.to_owned(),
        None => details_code(keyring, &line.details),
    };
    let mac = keyring.mac(
        Purpose::AuditLine,
        &[
            &line.site_id.0.to_be_bytes(),
            line.id.as_str().as_bytes(),
            &line.at_ms.to_be_bytes(),
            line.actor.as_bytes(),
            line.action.as_bytes(),
            line.subject.as_bytes(),
            code.as_bytes(),
        ],
    );
    let mut digest = [0; DIGEST];
    digest.copy_from_slice(&mac[..DIGEST]);
    digest
}

fn link(before: &str, seal: &SealRow) -> String {
    let mut hash = Sha256::new();
    for part in [
        before.as_bytes(),
        &seal.site_id.0.to_be_bytes(),
        &seal.number.to_be_bytes(),
        seal.through_id.as_bytes(),
        seal.late.as_bytes(),
        &seal.digests,
        &seal.sealed_at_ms.to_be_bytes(),
    ] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn sign(keyring: &Keyring, seal: &SealRow) -> String {
    keyring.mac_text(
        Purpose::AuditSeal,
        &[
            &seal.site_id.0.to_be_bytes(),
            &seal.number.to_be_bytes(),
            seal.hash.as_bytes(),
        ],
    )
}

fn checkpoint_of(seal: &SealRow) -> String {
    format!(
        "gpa1.{}.{}.{}.{}",
        seal.site_id, seal.number, seal.hash, seal.signature
    )
}
