//! Somebody with a browser: keeps cookies, sends what browsers send, reads forms out of pages and fills them in. Follows
//! no redirect unless told to, so that a test sees each answer.

use reqwest::header::{ACCEPT_LANGUAGE, HeaderMap, HeaderValue, LOCATION, ORIGIN};
use reqwest::redirect::Policy;
use scraper::{ElementRef, Html, Selector};
use url::Url;

/// A browser of one person. Clones share nothing but the address.
pub struct Visitor {
    http: reqwest::Client,
    base: Url,
}

/// An answer, read to its end.
pub struct Page {
    pub url: Url,
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

/// A form as it stands in a page, to be filled in.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: Url,
    pub fields: Vec<(String, String)>,
}

impl Visitor {
    pub fn new(base: &Url) -> Self {
        Self::with_headers(base, HeaderMap::new())
    }

    /// A browser that asks for pages in `languages`.
    pub fn speaking(base: &Url, languages: &'static str) -> Self {
        let languages = HeaderValue::from_static(languages);
        Self::with_headers(base, HeaderMap::from_iter([(ACCEPT_LANGUAGE, languages)]))
    }

    fn with_headers(base: &Url, headers: HeaderMap) -> Self {
        let http = reqwest::Client::builder()
            .default_headers(headers)
            .cookie_store(true)
            .redirect(Policy::none())
            .no_proxy()
            .build()
            .expect("make a client");
        Self {
            http,
            base: base.clone(),
        }
    }

    /// The absolute URL of `path`; an absolute URL stays what it is.
    pub fn url(&self, path: &str) -> Url {
        self.base.join(path).expect("a path")
    }

    pub async fn get(&self, path: &str) -> Page {
        let request = self
            .http
            .get(self.url(path))
            .header("sec-fetch-site", "same-origin");
        Page::read(request).await
    }

    /// Sends a form with exactly these fields, as a page of the site itself would.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self
            .http
            .post(self.url(path))
            .header(ORIGIN, self.base.origin().ascii_serialization())
            .header("sec-fetch-site", "same-origin")
            .form(fields);
        Page::read(request).await
    }

    /// Fills the form of the page at `path` that has these fields, and sends it.
    pub async fn fill(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.get(path).await;
        assert_eq!(page.status, 200, "GET {path}: {}", page.text);
        self.submit(&page, fields).await
    }

    /// Fills the form in `page` that has these fields, keeps what stands in the others, and sends it.
    pub async fn submit(&self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        let form = page
            .form(&names)
            .unwrap_or_else(|| panic!("{} has no form with {names:?}:\n{}", page.url, page.text));
        self.send(form, fields).await
    }

    /// Sends `form` with `fields` in place of what stands in it.
    pub async fn send(&self, mut form: Form, fields: &[(&str, &str)]) -> Page {
        form.fields
            .retain(|(name, _)| !fields.iter().any(|(other, _)| other == name));
        form.fields.extend(
            fields
                .iter()
                .map(|&(name, value)| (name.to_owned(), value.to_owned())),
        );
        let fields: Vec<(&str, &str)> = form
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.post(form.action.as_str(), &fields).await
    }

    /// The page that `page` redirects to.
    pub async fn follow(&self, page: &Page) -> Page {
        self.get(page.location().as_str()).await
    }

    /// The client itself, for requests that no browser would send.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }
}

impl Page {
    pub async fn read(request: reqwest::RequestBuilder) -> Self {
        let answer = request.send().await.expect("an answer");
        Self {
            url: answer.url().clone(),
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            text: answer.text().await.expect("a body"),
        }
    }

    /// Where the answer redirects to; it has to.
    pub fn location(&self) -> Url {
        assert!(
            (300..400).contains(&self.status),
            "{} answered {}:\n{}",
            self.url,
            self.status,
            self.text
        );
        let location = self.headers[LOCATION].to_str().expect("a location is text");
        self.url.join(location).expect("a location is a URL")
    }

    /// The first posting form that has a field or a button of each name.
    pub fn form(&self, names: &[&str]) -> Option<Form> {
        let html = Html::parse_document(&self.text);
        let forms = selector("form[method=post]");
        html.select(&forms)
            .find_map(|form| self.read_form(form, names))
    }

    fn read_form(&self, form: ElementRef<'_>, names: &[&str]) -> Option<Form> {
        let controls = selector("input[name], textarea[name], select[name], button[name]");
        let mut fields = Vec::new();
        let mut seen = Vec::new();
        for control in form.select(&controls) {
            let name = control.attr("name").expect("selected by it");
            seen.push(name);
            let value = match control.value().name() {
                "textarea" => {
                    let text: String = control.text().collect();
                    Some(text.strip_prefix('\n').unwrap_or(&text).to_owned())
                }
                "select" => {
                    let option = control
                        .select(&selector("option[selected]"))
                        .chain(control.select(&selector("option")))
                        .next();
                    option.map(|option| option.attr("value").unwrap_or_default().to_owned())
                }
                "input" if matches!(control.attr("type"), Some("checkbox" | "radio")) => control
                    .attr("checked")
                    .map(|_| control.attr("value").unwrap_or("on").to_owned()),
                "input" => Some(control.attr("value").unwrap_or_default().to_owned()),
                // A button counts only when it is pressed.
                _ => None,
            };
            fields.extend(value.map(|value| (name.to_owned(), value)));
        }
        names.iter().all(|name| seen.contains(name)).then(|| Form {
            action: self
                .url
                .join(form.attr("action").unwrap_or_default())
                .expect("an action is a URL"),
            fields,
        })
    }

    /// The first posting form whose action ends with `path`.
    pub fn form_to(&self, path: &str) -> Option<Form> {
        let html = Html::parse_document(&self.text);
        let forms = selector("form[method=post]");
        html.select(&forms)
            .filter(|form| {
                form.attr("action")
                    .is_some_and(|action| action.ends_with(path))
            })
            .find_map(|form| self.read_form(form, &[]))
    }

    /// All posting forms whose action ends with `path`.
    pub fn actions(&self, path: &str) -> Vec<Form> {
        let html = Html::parse_document(&self.text);
        let forms = selector("form[method=post]");
        html.select(&forms)
            .filter(|form| {
                form.attr("action")
                    .is_some_and(|action| action.ends_with(path))
            })
            .filter_map(|form| self.read_form(form, &[]))
            .collect()
    }

    /// That attribute of every element that `css` selects.
    pub fn attributes(&self, css: &str, name: &str) -> Vec<String> {
        Html::parse_document(&self.text)
            .select(&selector(css))
            .filter_map(|element| element.attr(name).map(str::to_owned))
            .collect()
    }

    /// The targets of all links whose text contains `text`.
    pub fn links(&self, text: &str) -> Vec<String> {
        Html::parse_document(&self.text)
            .select(&selector("a[href]"))
            .filter(|link| link.text().collect::<String>().contains(text))
            .map(|link| link.attr("href").expect("selected by it").to_owned())
            .collect()
    }

    /// The text of every element that `css` selects.
    pub fn texts(&self, css: &str) -> Vec<String> {
        Html::parse_document(&self.text)
            .select(&selector(css))
            .map(|element| element.text().collect())
            .collect()
    }

    /// The JSON of an API's answer.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| {
            panic!("{} answered no JSON ({error}): {}", self.url, self.text)
        })
    }
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).expect("a selector")
}
