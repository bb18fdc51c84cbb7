//! What an external check answers, read strictly: whatever is not as docs/checks.md says is an error, since a service that
//! is not understood must not decide. Pure.

use serde::Deserialize;
use serde_json::Value;

use crate::moderation::outcomes::Outcomes;
use crate::moderation::rules::{Action, External, Field, Hit, Views};

use super::ExternalCheck;

const HITS_MAX: usize = 50;
const CATEGORY_MAX_CHARS: usize = 64;
const NOTE_MAX_CHARS: usize = 500;
const QUOTE_MAX_CHARS: usize = 2_000;

/// The text that a check is asked about.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its title.
    pub title: String,
    /// Its body.
    pub body: String,
    /// The version of the rules that it was checked against.
    pub rule_set_version: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    hits: Vec<Said>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    category: String,
    severity: Option<u8>,
    score: Option<f64>,
    #[serde(default)]
    note: String,
    quote: Option<String>,
    span: Option<Span>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    field: Field,
    start: usize,
    end: usize,
}

/// The hits that `body` tells of `asked`, with what they lead to at the site; or what is wrong with it.
pub fn read_hits(
    check: &ExternalCheck,
    outcomes: &Outcomes,
    asked: &Asked,
    body: &[u8],
) -> Result<Vec<Hit>, String> {
    let answer = read(body)?;
    if answer.hits.len() > HITS_MAX {
        return Err(format!("it tells more than {HITS_MAX} hits"));
    }
    answer
        .hits
        .into_iter()
        .enumerate()
        .map(|(place, said)| {
            said.hit(check, outcomes, asked)
                .map_err(|problem| format!("hits[{place}].{problem}"))
        })
        .collect()
}

fn read(body: &[u8]) -> Result<Answer, String> {
    let answer: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    // Lists would pass for the structs below.
    let hits = answer["hits"].as_array().map_or(&[][..], Vec::as_slice);
    if !answer.is_object() || hits.iter().any(|hit| !hit.is_object()) {
        return Err("expected an object with hits, a list of objects".to_owned());
    }
    serde_json::from_value(answer).map_err(|error| error.to_string())
}

impl Said {
    fn hit(self, check: &ExternalCheck, outcomes: &Outcomes, asked: &Asked) -> Result<Hit, String> {
        let category = self.category.trim();
        if category.is_empty()
            || category.chars().count() > CATEGORY_MAX_CHARS
            || category.contains(|letter: char| letter.is_control() || letter == ',')
        {
            return Err(format!(
                "category: one line of 1 to {CATEGORY_MAX_CHARS} characters without a comma"
            ));
        }
        if self
            .severity
            .is_some_and(|severity| !(1..=4).contains(&severity))
        {
            return Err("severity: a number from 1 to 4".to_owned());
        }
        if self
            .score
            .is_some_and(|score| !(0.0..=1.0).contains(&score))
        {
            return Err("score: a number from 0 to 1".to_owned());
        }
        if self.note.chars().count() > NOTE_MAX_CHARS || self.note.contains(char::is_control) {
            return Err(format!(
                "note: one line of at most {NOTE_MAX_CHARS} characters"
            ));
        }
        let (field, start, end, text) = self.place(asked)?;
        let draft = &check.draft;
        let severity = self
            .severity
            .unwrap_or(u8::try_from(draft.severity).unwrap_or(1));
        // Cut, not rounded: 0.499 is not 0.5.
        let score_percent = self.score.map(|score| (score * 100.0 + 1e-9) as u8);
        let is_unsure = score_percent.is_some_and(|score| i64::from(score) < draft.score_percent);
        Ok(Hit {
            rule: check.rule(),
            pattern: check.name.clone(),
            category: category.to_owned(),
            severity,
            action: match is_unsure {
                true => Action::Shadow,
                false => outcomes.of_hit(draft.action, category, severity),
            },
            field,
            start,
            end,
            text,
            view: Views::EXTERNAL,
            rule_set_version: asked.rule_set_version,
            external: Some(External {
                check: check.name.clone(),
                score_percent,
                note: self.note.trim().to_owned(),
            }),
        })
    }

    /// Where it stands: as the span says, else where the quote stands first; else the post as a whole.
    fn place(&self, asked: &Asked) -> Result<(Field, usize, usize, String), String> {
        match (&self.span, &self.quote) {
            (Some(_), Some(_)) => Err("span: there is a quote already".to_owned()),
            (Some(span), None) => {
                let source = match span.field {
                    Field::Title => &asked.title,
                    Field::Body => &asked.body,
                };
                let length = source.chars().count();
                if span.start >= span.end || span.end > length {
                    return Err(format!(
                        "span: start before end, in code points of the {}, which has {length}",
                        span.field
                    ));
                }
                let text = source.chars().skip(span.start).take(span.end - span.start);
                Ok((span.field, span.start, span.end, text.collect()))
            }
            (None, Some(quote)) if quote.is_empty() => Err("quote: must not be empty".to_owned()),
            (None, Some(quote)) if quote.chars().count() > QUOTE_MAX_CHARS => {
                Err(format!("quote: at most {QUOTE_MAX_CHARS} characters"))
            }
            (None, Some(quote)) => {
                Ok(find(quote, asked).unwrap_or((Field::Body, 0, 0, String::new())))
            }
            (None, None) => Ok((Field::Body, 0, 0, String::new())),
        }
    }
}

fn find(quote: &str, asked: &Asked) -> Option<(Field, usize, usize, String)> {
    [(Field::Title, &asked.title), (Field::Body, &asked.body)]
        .into_iter()
        .find_map(|(field, source)| {
            let at = source.find(quote)?;
            let start = source[..at].chars().count();
            Some((
                field,
                start,
                start + quote.chars().count(),
                quote.to_owned(),
            ))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SiteId;
    use crate::moderation::external::{CheckDraft, Health};

    fn check() -> ExternalCheck {
        ExternalCheck {
            site_id: SiteId(1),
            name: "images".to_owned(),
            secret_id: "s".to_owned(),
            draft: CheckDraft::default(),
            created_at_ms: 0,
            failed: None,
            health: Health::default(),
        }
    }

    fn read(body: &str) -> Result<Vec<Hit>, String> {
        let asked = Asked {
            title: "Añ offer".to_owned(),
            body: "Buy señor pills".to_owned(),
            rule_set_version: 7,
        };
        read_hits(&check(), &Outcomes::default(), &asked, body.as_bytes())
    }

    #[test]
    fn hits_are_placed_by_quote_or_by_span() {
        let hits = read(
            r#"{"hits": [{"category": "drugs", "quote": "pills", "score": 0.93, "note": "sells"},
                {"category": "spam", "severity": 4, "span": {"field": "title", "start": 1, "end": 2}},
                {"category": "image", "quote": "not there", "score": 0.499}]}"#,
        )
        .unwrap();

        let places: Vec<_> = hits
            .iter()
            .map(|hit| (hit.field, hit.start, hit.end, hit.text.as_str()))
            .collect();
        assert_eq!(
            places,
            [
                (Field::Body, 10, 15, "pills"),
                (Field::Title, 1, 2, "ñ"),
                (Field::Body, 0, 0, "")
            ]
        );
        let actions: Vec<_> = hits.iter().map(|hit| (hit.action, hit.severity)).collect();
        assert_eq!(
            actions,
            [(Action::Hold, 2), (Action::Hold, 4), (Action::Shadow, 2)]
        );
        let first = hits[0].external.as_ref().unwrap();
        assert_eq!(
            (first.score_percent, first.note.as_str()),
            (Some(93), "sells")
        );
    }

    #[test]
    fn what_is_not_as_described_is_refused() {
        for (body, about) in [
            ("", "EOF"),
            ("[]", "hits"),
            ("[[]]", "hits"),
            (r#"{"hits": [["a", 1, null, "", null, null]]}"#, "hits"),
            ("{}", "hits"),
            (r#"{"hits": [], "more": 1}"#, "more"),
            (r#"{"hits": [{"score": 0.5}]}"#, "category"),
            (r#"{"hits": [{"category": "a,b"}]}"#, "category"),
            (
                r#"{"hits": [{"category": "a", "severity": 5}]}"#,
                "severity",
            ),
            (r#"{"hits": [{"category": "a", "score": 1.5}]}"#, "score"),
            (r#"{"hits": [{"category": "a", "note": "a\nb"}]}"#, "note"),
            (
                r#"{"hits": [{"category": "a", "verdict": "publish"}]}"#,
                "verdict",
            ),
            (
                r#"{"hits": [{"category": "a", "span": {"field": "body", "start": 3, "end": 99}}]}"#,
                "span",
            ),
            (r#"{"hits": [{"category": "a", "quote": ""}]}"#, "quote"),
        ] {
            let problem = read(body).unwrap_err();
            assert!(problem.contains(about), "{body}: {problem}");
        }
        let many = vec![r#"{"category": "a"}"#; HITS_MAX + 1].join(",");
        assert!(read(&format!(r#"{{"hits": [{many}]}}"#)).is_err());
    }
}
