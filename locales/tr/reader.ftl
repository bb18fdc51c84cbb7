## The front page and the posts
empty-site = Henüz yayımlanmış bir yazı yok
empty-site-text = İlk yazılar burada yer alacak.
atom-feed = Atom beslemesi
published-with = Gatepost ile yayımlanıyor
updated = güncellendi: { $when }
all-posts = Bütün yazılar

## A post that is gone
withdrawn = Geri çekildi
withdrawn-heading = Bu yazı geri çekildi
withdrawn-text = Yazı { $when } tarihine kadar buradaydı. Yazarı tarafından kaldırıldı.
all-posts-of = { $site } sitesindeki bütün yazılar

## The list of sites
no-sites = Henüz site yok
post-count = { $count } yazı

## Signing up
write-for = { $site } için yazın
have-account = Hesabınız var mı?
join-text = Bir hesabınız var. Onunla burada da yazar olabilirsiniz.
join-button = Yazar ol
sign-up-closed = Kayıtlar kapalı
sign-up-closed-text = { $site } yeni yazarları yalnızca davetle kabul ediyor.
sign-up-welcome = Hoş geldiniz. Artık yazabilirsiniz.
sign-up-check-mail = E-postanıza bakın: oradaki bağlantı, adresin size ait olduğunu doğrular.
