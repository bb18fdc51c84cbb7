//! Images that authors link to, fetched for who judges them: the browser of a moderator is never sent to an address that a
//! stranger chose. Past the same guard as checks; what comes is taken for what its first bytes say, never for what its
//! server says. Nothing is kept.

use std::sync::Arc;
use std::time::Duration;

use imagesize::{Compression, ImageType};
use tokio::sync::Semaphore;
use url::Url;

use super::client::{Client, Failure};
use super::guard::Guard;
use crate::config::Config;

/// The largest image, as a file and as it is shown: a few kilobytes can unpack to more than a browser has.
const MAX_BYTES: usize = 4 * 1024 * 1024;
const MAX_PIXELS: usize = 40_000_000;
/// Images of a post that are shown; the others stay links. Each is a request to wherever its author likes.
pub const SHOWN: usize = 12;
/// How long somebody waits for one, its turn included.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many are fetched at once, which bounds what they take of memory.
const PLACES: usize = 6;

/// An image as it was fetched.
#[derive(Debug)]
pub struct Image {
    /// Its media type.
    pub kind: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoImage {
    /// Its server was not asked or did not give it.
    Unreached,
    /// It is too large, or none of the kinds that are shown.
    Unfit,
}

/// Whoever fetches. Clones share their places.
#[derive(Clone)]
pub struct Images {
    client: Client,
    places: Arc<Semaphore>,
}

impl Images {
    /// Nothing is connected yet.
    pub fn new(config: &Config) -> anyhow::Result<Self> {
        Ok(Self {
            client: Client::new(Guard::new(config.images_allow.clone()))?,
            places: Arc::new(Semaphore::new(PLACES)),
        })
    }

    /// What is at an address, if that is an image.
    pub async fn fetch(&self, address: &str) -> Result<Image, NoImage> {
        let bytes = match tokio::time::timeout(PATIENCE, self.in_turn(address)).await {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(Failure::BadAnswer(_))) => return Err(NoImage::Unfit),
            Ok(Err(_)) | Err(_) => return Err(NoImage::Unreached),
        };
        match kind(&bytes) {
            Some(kind) => Ok(Image { kind, bytes }),
            None => Err(NoImage::Unfit),
        }
    }

    async fn in_turn(&self, address: &str) -> Result<Vec<u8>, Failure> {
        let refused = |why: &str| Failure::Refused(why.to_owned());
        let mut url = Url::parse(address).map_err(|_| refused("no address"))?;
        url.set_fragment(None);
        let url = self.client.guard.check_url(url.as_str());
        let url = url.map_err(|flaw| refused(flaw.message))?;
        let _place = self.places.acquire().await;
        self.client.fetch(url, MAX_BYTES).await
    }
}

/// The media type of an image of a kind that is shown and of a size that a browser can take. No SVG: that is a document.
fn kind(bytes: &[u8]) -> Option<&'static str> {
    let kind = match imagesize::image_type(bytes).ok()? {
        ImageType::Png => "image/png",
        ImageType::Jpeg => "image/jpeg",
        ImageType::Gif => "image/gif",
        ImageType::Webp => "image/webp",
        ImageType::Heif(Compression::Av1) => "image/avif",
        _ => return None,
    };
    let size = imagesize::blob_size(bytes).ok()?;
    (size.width.checked_mul(size.height)? <= MAX_PIXELS).then_some(kind)
}
