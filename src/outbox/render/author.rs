//! What authors hear of their posts.

use anyhow::Context as _;

use super::{Draft, MailFrame, Words};
use crate::ids::PostId;
use crate::moderation::passages::{self, Span};
use crate::moderation::rows::PostStatus;
use crate::moderation::rules::Hit;
use crate::moderation::site::Site;
use crate::moderation::{appeal, statements};
use crate::outbox::Outbox;
use crate::outbox::not_sent::NotSent;
use crate::store::asides::{self, AsideKind};
use crate::store::case_texts::{self, PostText};
use crate::store::posts;

letter!(PostHeld, "mail/author_held.html", "mail/author_held.txt", {
    title: &'a str,
    post_url: &'a str,
});

letter!(PostPublished, "mail/author_published.html", "mail/author_published.txt", {
    title: &'a str,
    public_url: &'a str,
    post_url: &'a str,
});

letter!(PostRejected, "mail/author_rejected.html", "mail/author_rejected.txt", {
    title: &'a str,
    by_moderator: bool,
    reason: &'a str,
    ground: &'a str,
    facts: &'a str,
    passages: &'a [String],
    appeal_until: &'a str,
    post_url: &'a str,
});

letter!(ChangeAsked, "mail/change_asked.html", "mail/change_asked.txt", {
    title: &'a str,
    words: &'a str,
    passages: &'a [String],
    post_url: &'a str,
});

letter!(AppealReceived, "mail/appeal_received.html", "mail/appeal_received.txt", {
    title: &'a str,
    due: &'a str,
    post_url: &'a str,
});

letter!(DecisionUpheld, "mail/decision_upheld.html", "mail/decision_upheld.txt", {
    title: &'a str,
    reason: &'a str,
    post_url: &'a str,
});

letter!(DecisionOverturned, "mail/decision_overturned.html", "mail/decision_overturned.txt", {
    title: &'a str,
    public_url: &'a str,
    post_url: &'a str,
});

impl Outbox {
    /// The subject and the text of the mail that an author would get, if the post, with its title and its hits, were
    /// rejected for that reason now.
    pub fn preview_rejection(
        &self,
        site: &Site,
        (post, title, hits): (&PostId, &str, &[Hit]),
        reason: &str,
        spans: &[Span],
    ) -> anyhow::Result<(String, String)> {
        let locale = site.settings.language;
        let frame = MailFrame {
            locale,
            site_name: site.name.clone(),
            site_url: self.config.link(&format!("/s/{}/", site.slug)),
            off_url: None,
        };
        let post_url = format!("/s/{}/mine/{}", site.slug, post);
        let words = PostRejected {
            mail: &frame,
            title,
            by_moderator: true,
            reason,
            ground: &statements::ground(locale, &site.name, &statements::categories_of(hits)),
            facts: &statements::facts(locale, hits, true, false),
            passages: &passages::quotes(&passages::chosen(hits, spans)),
            appeal_until: &locale.moment(self.clock.now_ms() + appeal::OPEN_MS),
            post_url: &self.config.link(&post_url),
        }
        .words(
            frame
                .say("rejected-subject")
                .quoted("title", title)
                .to_string(),
        )?;
        Ok((words.subject, words.text))
    }
}

impl Draft<'_> {
    pub(super) async fn post_held(&self) -> anyhow::Result<Result<Words, NotSent>> {
        let Some(text) = self.post_text().await? else {
            return Ok(Err(NotSent::Post));
        };
        if text.post.status != PostStatus::Held || text.post.revision != self.payload.revision {
            return Ok(Err(NotSent::NotWaiting));
        }
        PostHeld {
            mail: &self.frame,
            title: &text.title,
            post_url: &self.post_url(&text),
        }
        .words(self.subject("held-subject", &text.title))
        .map(Ok)
    }

    pub(super) async fn post_published(&self) -> anyhow::Result<Result<Words, NotSent>> {
        let Some(text) = self.post_text().await? else {
            return Ok(Err(NotSent::Post));
        };
        let (Some(slug), Some(_)) = (&text.post.slug, text.post.published_revision) else {
            return Ok(Err(NotSent::NotPublic));
        };
        PostPublished {
            mail: &self.frame,
            title: &text.title,
            public_url: &self.site_url(&format!("/posts/{slug}")),
            post_url: &self.post_url(&text),
        }
        .words(self.subject("published-subject", &text.title))
        .map(Ok)
    }

    pub(super) async fn post_rejected(&self) -> anyhow::Result<Result<Words, NotSent>> {
        let Some(text) = self.post_text().await? else {
            return Ok(Err(NotSent::Post));
        };
        if text.post.status != PostStatus::Rejected || text.post.revision != self.payload.revision {
            return Ok(Err(NotSent::Changed));
        }
        let reason = text.reason.as_deref().or(text.cause.as_deref());
        let (db, site) = (&self.outbox.db, self.site.id);
        let revision = posts::find_revision(db, site, &text.post.id, text.post.revision).await?;
        let shown = match &revision {
            Some(revision) => passages::shown(db, site, &text.post.id, revision).await?,
            None => Vec::new(),
        };
        let hits = revision.map_or_else(String::new, |revision| revision.hits);
        let hits: Vec<Hit> = serde_json::from_str(&hits).unwrap_or_default();
        let by_person = text.rejected_by.is_some();
        let locale = self.frame.locale;
        let no_reason = locale.text("rejected-no-reason");
        let categories = statements::categories_of(&hits);
        PostRejected {
            mail: &self.frame,
            title: &text.title,
            by_moderator: by_person,
            reason: reason.unwrap_or(&no_reason),
            ground: &statements::ground(locale, &self.site.name, &categories),
            facts: &statements::facts(locale, &hits, by_person, false),
            passages: &passages::quotes(&shown),
            appeal_until: &locale.moment(text.post.updated_at_ms + appeal::OPEN_MS),
            post_url: &self.post_url(&text),
        }
        .words(self.subject("rejected-subject", &text.title))
        .map(Ok)
    }

    pub(super) async fn change_asked(&self) -> anyhow::Result<Result<Words, NotSent>> {
        let Some(text) = self.post_text().await? else {
            return Ok(Err(NotSent::Post));
        };
        let case = self.payload.case.as_ref();
        let case = case.context("the payload names no case")?;
        let aside = asides::find(&self.outbox.db, self.site.id, case).await?;
        let Some(aside) = aside.filter(|aside| aside.kind == AsideKind::Asked) else {
            return Ok(Err(NotSent::TakenBack));
        };
        if text.post.status != PostStatus::Held || text.post.revision != self.payload.revision {
            return Ok(Err(NotSent::NotWaiting));
        }
        let (db, site) = (&self.outbox.db, self.site.id);
        let revision = posts::find_revision(db, site, &text.post.id, text.post.revision).await?;
        let shown = match &revision {
            Some(revision) => {
                let (post, until_ms) = (&text.post.id, aside.created_at_ms);
                passages::shown_asking(db, site, post, revision, until_ms).await?
            }
            None => Vec::new(),
        };
        ChangeAsked {
            mail: &self.frame,
            title: &text.title,
            words: &aside.words,
            passages: &passages::quotes(&shown),
            post_url: &self.post_url(&text),
        }
        .words(self.subject("asked-subject", &text.title))
        .map(Ok)
    }

    pub(super) async fn appeal_received(&self) -> anyhow::Result<Result<Words, NotSent>> {
        let Some(text) = self.post_text().await? else {
            return Ok(Err(NotSent::Post));
        };
        if text.post.status != PostStatus::Held || text.post.revision != self.payload.revision {
            return Ok(Err(NotSent::AppealNotWaiting));
        }
        let (db, site) = (&self.outbox.db, self.site.id);
        let appeal = appeal::find_of_revision(db, site, &text.post.id, text.post.revision).await?;
        let Some(appeal) = appeal else {
            return Ok(Err(NotSent::Appeal));
        };
        AppealReceived {
            mail: &self.frame,
            title: &text.title,
            due: &self.frame.locale.moment(appeal.deadline_ms),
            post_url: &self.post_url(&text),
        }
        .words(self.subject("appeal-subject", &text.title))
        .map(Ok)
    }

    pub(super) async fn decision_upheld(&self) -> anyhow::Result<Result<Words, NotSent>> {
        let Some(text) = self.post_text().await? else {
            return Ok(Err(NotSent::Post));
        };
        if text.post.status != PostStatus::Rejected || text.post.revision != self.payload.revision {
            return Ok(Err(NotSent::Changed));
        }
        let (db, site) = (&self.outbox.db, self.site.id);
        let appeal = appeal::find_of_revision(db, site, &text.post.id, text.post.revision).await?;
        let reason = appeal.and_then(|appeal| appeal.reason);
        DecisionUpheld {
            mail: &self.frame,
            title: &text.title,
            reason: &reason.unwrap_or_else(|| self.frame.locale.text("rejected-no-reason")),
            post_url: &self.post_url(&text),
        }
        .words(self.subject("upheld-subject", &text.title))
        .map(Ok)
    }

    pub(super) async fn decision_overturned(&self) -> anyhow::Result<Result<Words, NotSent>> {
        let Some(text) = self.post_text().await? else {
            return Ok(Err(NotSent::Post));
        };
        let (Some(slug), Some(_)) = (&text.post.slug, text.post.published_revision) else {
            return Ok(Err(NotSent::NotPublic));
        };
        DecisionOverturned {
            mail: &self.frame,
            title: &text.title,
            public_url: &self.site_url(&format!("/posts/{slug}")),
            post_url: &self.post_url(&text),
        }
        .words(self.subject("overturned-subject", &text.title))
        .map(Ok)
    }

    async fn post_text(&self) -> anyhow::Result<Option<PostText>> {
        let id = self.payload.post.as_ref();
        let id = id.context("the payload names no post")?;
        let db = &self.outbox.db;
        case_texts::find_post(db, self.site.id, id, self.payload.revision).await
    }

    fn post_url(&self, text: &PostText) -> String {
        self.site_url(&format!("/mine/{}", text.post.id))
    }
}
