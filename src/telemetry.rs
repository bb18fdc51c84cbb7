//! Log lines, on standard error: text for people, JSON for machines, always one line an event, so that nobody's input can
//! forge another. Secrets never get here: their types do not print themselves.

use std::io::{self, IsTerminal as _, Write};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::{Config, LogFormat};

/// Starts logging for the rest of the process, once.
pub fn init(config: &Config) {
    let is_terminal = io::stderr().is_terminal();
    let is_json = match config.log_format {
        LogFormat::Auto => !is_terminal,
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let lines = tracing_subscriber::fmt()
        // The HTTP library announces every thread at the level of news, PostgreSQL every table that is there already.
        .with_env_filter(EnvFilter::new(format!(
            "actix_server=warn,sqlx::postgres::notice=warn,{}",
            config.log
        )))
        .with_ansi(is_terminal && !is_json)
        .with_writer(OneLine);
    let started = if is_json {
        lines.json().flatten_event(true).try_init()
    } else {
        lines.try_init()
    };
    if started.is_err() {
        tracing::debug!("logging had started already");
    }
}

/// Writes each event to standard error with the line breaks inside it escaped.
struct OneLine;

impl<'w> MakeWriter<'w> for OneLine {
    type Writer = LineWriter<io::Stderr>;

    fn make_writer(&'w self) -> Self::Writer {
        LineWriter(io::stderr())
    }
}

/// The subscriber hands over an event in one piece, its final line break included.
struct LineWriter<W>(W);

impl<W: Write> Write for LineWriter<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let line = event.strip_suffix(b"\n").unwrap_or(event);
        let mut escaped = Vec::with_capacity(line.len() + 1);
        for &byte in line {
            match byte {
                b'\n' => escaped.extend_from_slice(b"\\n"),
                b'\r' => escaped.extend_from_slice(b"\\r"),
                _ => escaped.push(byte),
            }
        }
        escaped.push(b'\n');
        self.0.write_all(&escaped)?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_whatever_is_in_it() {
        let mut log = Vec::new();

        LineWriter(&mut log)
            .write_all(b"title=a\r\n2026 INFO forged\n")
            .unwrap();

        assert_eq!(log, b"title=a\\r\\n2026 INFO forged\n");
    }
}
