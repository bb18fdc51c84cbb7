//! The moderation flow through the library's own door, where a test needs to see more than a page shows: the wake-up of
//! due executions, what a transaction leaves, races.

use std::sync::Arc;

use gatepost::app::App;
use gatepost::clock::ManualClock;
use gatepost::config::{Config, Secret};
use gatepost::ids::{Ids, SiteId, UserId};
use gatepost::moderation::decide::{Answer, DecideError, Decider, Decision, Target, Via};
use gatepost::moderation::rows::{CaseStatus, PostStatus};
use gatepost::moderation::rules::{Rule, RuleDraft};
use gatepost::moderation::submit::{Draft, Submitted};
use gatepost::on_db;
use gatepost::store::rule_changes::{RuleSetChange, apply};

use crate::database::TestDatabase;
use crate::setting::{Arrange, Kind};

const NOON_MS: i64 = 1_795_348_800_000;
const SITE: SiteId = SiteId(1);

struct Flow {
    app: App,
    clock: ManualClock,
    author: UserId,
    _database: TestDatabase,
}

impl Arrange for Flow {
    async fn arrange(kind: Kind) -> Result<Self, String> {
        let database = TestDatabase::arrange(kind).await?;
        let clock = ManualClock::at(NOON_MS);
        let config = Config {
            data_dir: database.folder.path().join("data"),
            database_url: Secret(database.url.clone()),
            ..Config::default()
        };
        let app = App::build(config, Arc::new(clock.clone()), Ids::seeded(7))
            .await
            .expect("build the app");
        let author: UserId = app.ids.next(NOON_MS);
        on_db!(&app.db, |c| {
            let mut tx = c.begin().await.expect("begin");
            sqlx::query("INSERT INTO users (id, email, name, epoch, created_at_ms) VALUES ($1, 'ana@example.org', 'Ana', 1, 0)")
                .bind(&author)
                .execute(tx.conn())
                .await
                .expect("insert the author");
            tx.commit().await.expect("commit");
        });
        let change = RuleSetChange {
            put: vec![Rule {
                id: app.ids.next::<gatepost::ids::RuleId>(NOON_MS).to_string(),
                draft: RuleDraft {
                    pattern: "lottery".to_owned(),
                    category: "scam".to_owned(),
                    ..RuleDraft::default()
                },
            }],
            ..RuleSetChange::default()
        };
        apply(&app.db, SITE, &change, "test", NOON_MS)
            .await
            .expect("add a rule");
        Ok(Self {
            app,
            clock,
            author,
            _database: database,
        })
    }
}

impl Flow {
    async fn submit(&self, body: &str) -> Submitted {
        let draft = Draft::parse(self.author.clone(), "Ana", "A title", body, None).expect("parse");
        self.app
            .moderation
            .submit(SITE, draft, None)
            .await
            .expect("submit")
            .expect("be taken")
    }

    async fn case_of(
        &self,
        submitted: &Submitted,
    ) -> (
        gatepost::ids::CaseId,
        CaseStatus,
        Option<gatepost::ids::TaskId>,
    ) {
        on_db!(&self.app.db, |c| sqlx::query_as(
            "SELECT id, status, task_id FROM cases WHERE site_id = 1 AND post_id = $1"
        )
        .bind(&submitted.post.id)
        .fetch_one(c.read())
        .await
        .expect("find the case"))
    }

    async fn decide(
        &self,
        target: Target,
        decision: Decision,
    ) -> Result<gatepost::moderation::decide::Decided, DecideError> {
        let by = Decider {
            user_id: None,
            actor: "user:mira".to_owned(),
            name: "Mira".to_owned(),
            via: Via::Api,
            undo_ms: 0,
        };
        let answer = Answer::Decision {
            decision,
            reason: Some("because".to_owned()),
            note: None,
        };
        self.app
            .moderation
            .decide(SITE, target, by, answer, Some(1), None)
            .await
            .expect("decide")
    }
}

both_dbs! {
    async fn a_clean_post_is_published_at_once(flow: Flow) {
        let submitted = flow.submit("Nothing to see.").await;

        assert_eq!(submitted.post.status, PostStatus::Published);
        assert_eq!(submitted.post.published_revision, Some(1));
    }

    async fn a_flagged_post_waits_and_is_published_by_the_decision(flow: Flow) {
        let submitted = flow.submit("Win the lottery!").await;
        assert_eq!(submitted.post.status, PostStatus::Held);
        assert_eq!(submitted.hits.len(), 1);
        let (case, status, _) = flow.case_of(&submitted).await;
        assert_eq!(status, CaseStatus::Waiting);

        let decided = flow.decide(Target::Case(case.clone()), Decision::Approved).await.expect("be decided");
        assert_eq!(decided.post.status, PostStatus::Published);

        let again = flow.decide(Target::Case(case.clone()), Decision::Approved).await.expect("be acknowledged");
        assert!(again.repeated);
        let other = flow.decide(Target::Case(case), Decision::Rejected).await;
        let Err(DecideError::AlreadyDecided(known)) = other else {
            panic!("a second, different decision must not win: {other:?}");
        };
        assert_eq!(known.case.and_then(|case| case.decided_by_name).as_deref(), Some("Mira"));
    }

    async fn a_wait_without_a_decision_is_escalated_and_goes_on(flow: Flow) {
        let submitted = flow.submit("Win the lottery!").await;
        let (case, _, first_task) = flow.case_of(&submitted).await;

        flow.clock.advance_ms(8 * 24 * 3_600_000);
        flow.app.moderation.wake_due().await.expect("wake");

        let (same, status, second_task) = flow.case_of(&submitted).await;
        assert_eq!((same, status), (case.clone(), CaseStatus::Waiting));
        assert_ne!(first_task, second_task);
        let decided = flow.decide(Target::Case(case), Decision::Rejected).await.expect("be decided");
        assert_eq!(decided.post.status, PostStatus::Rejected);
    }

    async fn of_many_racing_decisions_one_wins(flow: Flow) {
        let submitted = flow.submit("Win the lottery!").await;
        let (case, ..) = flow.case_of(&submitted).await;

        let racers = (0..40).map(|n| {
            let decision = if n % 2 == 0 { Decision::Approved } else { Decision::Rejected };
            let target = Target::Case(case.clone());
            let flow = &flow;
            async move { flow.decide(target, decision).await }
        });
        let results = futures_util::future::join_all(racers).await;

        let winners = results.iter().filter(|result| matches!(result, Ok(decided) if !decided.repeated)).count();
        assert_eq!(winners, 1);
    }
}
