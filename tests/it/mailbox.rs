//! Mails as their receivers get them: from an SMTP server on loopback, or from the files that are written where no SMTP
//! server is set.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine as _;
use mail_parser::{Address, MessageParser, MimeHeaders};

use crate::child::Talker;
use crate::setting::repository;

/// A mail, taken apart.
#[derive(Debug, Clone)]
pub struct Mail {
    pub to: String,
    pub from: String,
    pub subject: String,
    pub message_id: String,
    pub text: String,
    pub html: String,
    /// `multipart/alternative`, then the types of its parts.
    pub types: Vec<String>,
    /// The head as it came, for what the fields above do not show.
    pub head: String,
}

/// What the SMTP server reports of one delivery.
#[derive(Debug)]
pub struct Delivery {
    pub recipients: Vec<String>,
    pub login: Option<String>,
    pub is_encrypted: bool,
    pub mail: Mail,
}

/// A real SMTP server on loopback: aiosmtpd.
pub struct SmtpServer {
    process: Talker,
    pub port: u16,
}

impl SmtpServer {
    /// Starts one, or says why there can be none.
    pub async fn start(options: &[&str]) -> Result<Self, String> {
        let python = repository("tests/.venv/bin/python");
        if !python.exists() {
            return Err("there is no SMTP server here: run tests/run.sh".to_owned());
        }
        let mut command = Command::new(python);
        command.arg(repository("tests/smtp/sink.py")).args(options);
        let mut process = Talker::start(command);
        let port = process.next_line().await.expect("its port");
        Ok(Self {
            process,
            port: port.parse().expect("a port"),
        })
    }

    /// Answers the next mail that nothing was said about with `answer`, e.g. `451 4.3.0 try later`.
    pub fn answer_next_with(&mut self, answer: &str) {
        self.process.say(answer);
    }

    /// The next mail that it got, whatever it answered.
    pub async fn next(&mut self) -> Delivery {
        let line = self
            .process
            .next_line()
            .await
            .expect("the SMTP server runs");
        let report: serde_json::Value = serde_json::from_str(&line).expect("a report is JSON");
        let data = report["data"].as_str().expect("the mail");
        let data = base64::engine::general_purpose::STANDARD
            .decode(data)
            .expect("base64");
        let recipients = report["recipients"].as_array().expect("the recipients");
        Delivery {
            recipients: recipients
                .iter()
                .filter_map(|address| address.as_str())
                .map(str::to_owned)
                .collect(),
            login: report["login"].as_str().map(str::to_owned),
            is_encrypted: report["encrypted"] == true,
            mail: Mail::parse(&data),
        }
    }
}

impl Mail {
    pub fn parse(data: &[u8]) -> Self {
        let message = MessageParser::default().parse(data).expect("a mail");
        let address = |list: Option<&Address<'_>>| {
            let first = list
                .and_then(Address::first)
                .and_then(|address| address.address.as_deref());
            first.expect("an address").to_owned()
        };
        let types = message
            .parts
            .iter()
            .filter_map(|part| part.content_type())
            .map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()))
            .collect();
        let text = String::from_utf8_lossy(data).replace("\r\n", "\n");
        Self {
            to: address(message.to()),
            from: address(message.from()),
            subject: message.subject().unwrap_or_default().to_owned(),
            message_id: message.message_id().expect("a Message-ID").to_owned(),
            text: message.body_text(0).unwrap_or_default().into_owned(),
            html: message.body_html(0).unwrap_or_default().into_owned(),
            types,
            head: text.split("\n\n").next().unwrap_or_default().to_owned(),
        }
    }

    /// The first link in the text part whose path begins with `path`.
    pub fn link(&self, path: &str) -> String {
        self.text
            .split_whitespace()
            .map(|word| word.trim_matches(['<', '>', '(', ')', '.', ',']))
            .find(|word| url::Url::parse(word).is_ok_and(|url| url.path().starts_with(path)))
            .unwrap_or_else(|| panic!("no link to {path} in {}", self.text))
            .to_owned()
    }
}

/// All mails in `DATA_DIR/mail`, oldest first.
pub fn files(data_dir: &Path) -> Vec<Mail> {
    let Ok(entries) = std::fs::read_dir(data_dir.join("mail")) else {
        return Vec::new();
    };
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("list the mails").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .collect();
    files.sort_by_key(|path| {
        path.metadata()
            .and_then(|about| about.modified())
            .expect("a file's time")
    });
    files
        .iter()
        .map(|path| Mail::parse(&std::fs::read(path).expect("read a mail")))
        .collect()
}

/// Waits until a mail like this is among the files.
pub async fn wait_for(data_dir: &Path, wanted: impl Fn(&Mail) -> bool) -> Mail {
    let patience = Instant::now() + Duration::from_secs(60);
    loop {
        let mails = files(data_dir);
        if let Some(mail) = mails.iter().find(|mail| wanted(mail)) {
            return mail.clone();
        }
        assert!(Instant::now() < patience, "no such mail came: {mails:#?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
