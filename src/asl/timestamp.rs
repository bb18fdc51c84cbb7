//! The timestamps of the language: RFC 3339 with a capital `T`, and a capital `Z` or an offset.

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::Offset;

/// Reads `2016-03-14T01:59:00.5+01:00`; `None` for everything that is not exactly this shape.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let shape = bytes.len() >= 20 && bytes[4] == b'-' && bytes[7] == b'-' && bytes[10] == b'T';
    if !shape || bytes[13] != b':' || bytes[16] != b':' {
        return None;
    }
    let (nanosecond, zone) = match bytes[19] {
        b'.' => {
            let digits = bytes[20..]
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            (fraction(&bytes[20..20 + digits])?, &bytes[20 + digits..])
        }
        _ => (0, &bytes[19..]),
    };
    let two = |at: usize| digits(&bytes[at..at + 2]).and_then(|number| i8::try_from(number).ok());
    let year = i16::try_from(digits(&bytes[0..4])?).ok()?;
    civil::DateTime::new(
        year,
        two(5)?,
        two(8)?,
        two(11)?,
        two(14)?,
        two(17)?,
        nanosecond,
    )
    .ok()
    .and_then(|local| offset(zone)?.to_timestamp(local).ok())
}

/// `2016-03-14T01:59:00.000Z`
pub(crate) fn format_ms(epoch_ms: i64) -> String {
    let timestamp = Timestamp::from_millisecond(epoch_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{timestamp:.3}")
}

fn digits(bytes: &[u8]) -> Option<i32> {
    bytes.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + i32::from(byte - b'0'))
    })
}

fn fraction(bytes: &[u8]) -> Option<i32> {
    let scale = 9usize
        .checked_sub(bytes.len())
        .filter(|_| !bytes.is_empty())?;
    Some(digits(bytes)? * 10i32.pow(scale as u32))
}

fn offset(zone: &[u8]) -> Option<Offset> {
    match zone {
        b"Z" => Some(Offset::UTC),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
            if hours > 18 || minutes > 59 {
                return None;
            }
            let seconds = hours * 3600 + minutes * 60;
            Offset::from_seconds(if *sign == b'-' { -seconds } else { seconds }).ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rfc_3339_is_a_timestamp() {
        let epoch_ms = |text| parse(text).map(|timestamp| timestamp.as_millisecond());

        assert_eq!(epoch_ms("1970-01-01T00:00:01Z"), Some(1000));
        assert_eq!(epoch_ms("1970-01-01T01:00:00.5+01:00"), Some(500));
        assert_eq!(epoch_ms("1969-12-31T23:00:00.000000001-01:00"), Some(0));
        for bad in [
            "1970-01-01T00:00:01",
            "1970-01-01 00:00:01Z",
            "1970-13-01T00:00:00Z",
            "1970-02-30T00:00:00Z",
            "01-01-1970T00:00:00Z",
            "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00.0000000001Z",
            "1970-01-01",
            "1970-01-01T00:00:00+1:00",
            "1970-01-01T24:00:00Z",
            "ä970-01-01T00:00:00Z",
            "",
            "Z",
        ] {
            assert_eq!(epoch_ms(bad), None, "{bad}");
        }
    }

    #[test]
    fn milliseconds_are_always_written() {
        assert_eq!(format_ms(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(format_ms(i64::MAX), "1970-01-01T00:00:00.000Z");
    }
}
