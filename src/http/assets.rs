//! The files of `static/`, part of the program. Styles and scripts are served under a name with their content's hash,
//! which browsers may keep for ever; everything is compressed once, when the server starts.

use std::collections::HashMap;

use actix_web::http::header::{self, ContentEncoding};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use flate2::Compression;
use sha2::{Digest as _, Sha256};

use super::error::HttpError;
use super::gzip::{self, takes_gzip};

const IMMUTABLE: &str = "public, max-age=31536000, immutable";
const FOR_A_DAY: &str = "public, max-age=86400";

#[derive(rust_embed::RustEmbed)]
#[folder = "static/"]
#[allow_missing = true]
struct Files;

/// All files, ready to be sent.
pub struct Assets {
    by_name: HashMap<String, Asset>,
    hashed_names: HashMap<String, String>,
}

#[derive(Clone)]
struct Asset {
    content_type: &'static str,
    cache_control: &'static str,
    plain: Bytes,
    gzip: Option<Bytes>,
}

impl Assets {
    /// Reads, hashes and compresses the embedded files.
    pub fn load() -> Self {
        let mut assets = Self {
            by_name: HashMap::new(),
            hashed_names: HashMap::new(),
        };
        for name in Files::iter() {
            if let Some(file) = Files::get(&name) {
                assets.add(&name, Bytes::from(file.data.into_owned()));
            }
        }
        assets
    }

    fn add(&mut self, name: &str, plain: Bytes) {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let hash = Sha256::digest(&plain);
        let hash: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let hashed_name = format!("{stem}-{hash}.{extension}");
        let asset = Asset {
            content_type: content_type(extension),
            cache_control: FOR_A_DAY,
            gzip: gzip::pack(&plain, Compression::best()),
            plain,
        };
        let immutable = Asset {
            cache_control: IMMUTABLE,
            ..asset.clone()
        };
        self.by_name.insert(name.to_owned(), asset);
        self.by_name.insert(hashed_name.clone(), immutable);
        self.hashed_names.insert(name.to_owned(), hashed_name);
    }

    /// Where the file `name` is served: `/static/gatepost-0123456789abcdef.css`.
    pub fn path(&self, name: &str) -> String {
        let name = self.hashed_names.get(name).map_or(name, String::as_str);
        format!("/static/{name}")
    }
}

/// `GET /static/{name}`
pub(crate) async fn file(
    req: HttpRequest,
    name: web::Path<String>,
    assets: web::Data<Assets>,
) -> Result<HttpResponse, HttpError> {
    let asset = assets
        .by_name
        .get(name.as_str())
        .ok_or_else(HttpError::not_found)?;
    let mut response = HttpResponse::Ok();
    response
        .content_type(asset.content_type)
        .insert_header((header::CACHE_CONTROL, asset.cache_control))
        .insert_header((header::VARY, "Accept-Encoding"));
    Ok(match &asset.gzip {
        Some(gzip) if takes_gzip(&req) => response
            .insert_header(ContentEncoding::Gzip)
            .body(gzip.clone()),
        _ => response.body(asset.plain.clone()),
    })
}

fn content_type(extension: &str) -> &'static str {
    match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "json" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
