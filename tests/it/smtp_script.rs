//! An SMTP server in this process that answers as a test says: what a real one does only on a bad day.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Answers the text of a mail with this line.
    Data(&'static str),
    /// Answers the recipient with this line.
    Recipient(&'static str),
    /// Takes the mail and hangs up before it says so.
    HangUp,
}

/// A server; clones share its script and its mails.
#[derive(Clone)]
pub struct SmtpScript {
    pub port: u16,
    script: Arc<Mutex<VecDeque<Answer>>>,
    mails: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl SmtpScript {
    /// Starts one that follows `script`, an answer for each mail, then takes everything.
    pub async fn start(script: &[Answer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("find a port");
        let server = Self {
            port: listener.local_addr().expect("it is bound").port(),
            script: Arc::new(Mutex::new(script.iter().cloned().collect())),
            mails: Arc::default(),
        };
        let running = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = running.clone();
                tokio::spawn(async move { server.talk(stream).await });
            }
        });
        server
    }

    /// Every text of a mail that came, whatever was answered.
    pub fn mails(&self) -> Vec<Vec<u8>> {
        self.mails.lock().expect("no test panics here").clone()
    }

    fn answer(&self) -> Answer {
        let mut script = self.script.lock().expect("no test panics here");
        script.pop_front().unwrap_or(Answer::Data("250 2.0.0 kept"))
    }

    async fn talk(&self, stream: TcpStream) -> Option<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).split(b'\n');
        let mut say =
            async |line: &str| write.write_all(format!("{line}\r\n").as_bytes()).await.ok();
        let mut answer = None;
        say("220 script").await?;
        while let Some(line) = lines.next_segment().await.ok()? {
            let line = String::from_utf8_lossy(&line).trim().to_uppercase();
            let verb = line.split([' ', ':']).next().unwrap_or_default();
            match verb {
                "MAIL" => {
                    answer = Some(self.answer());
                    say("250 ok").await?;
                }
                "RCPT" => match answer {
                    Some(Answer::Recipient(text)) => say(text).await?,
                    _ => say("250 ok").await?,
                },
                "DATA" => {
                    say("354 go on").await?;
                    let mut mail = Vec::new();
                    while let Some(line) = lines.next_segment().await.ok()? {
                        if line == b".\r" {
                            break;
                        }
                        mail.extend(line);
                        mail.push(b'\n');
                    }
                    self.mails.lock().expect("no test panics here").push(mail);
                    match answer.take() {
                        Some(Answer::Data(text)) => say(text).await?,
                        Some(Answer::HangUp) => return None,
                        _ => say("250 2.0.0 kept").await?,
                    }
                }
                "QUIT" => {
                    say("221 bye").await?;
                    return None;
                }
                _ => say("250 ok").await?,
            }
        }
        None
    }
}
