## Around every page
skip = İçeriğe geç
nav-main = Ana menü
nav-queue = Kuyruk
nav-waiting = bekliyor
nav-rules = Kurallar
nav-workflow = İş akışı
nav-executions = Çalıştırmalar
nav-people = Kişiler
nav-outbox = Giden posta
nav-stats = İstatistikler
nav-audit = Denetim
nav-settings = Ayarlar
nav-write = Yaz
nav-mine = Yazılarım
menu = Menü
logged-in-as = Giriş yapan:
account = Hesap
theme-system = Sistem
theme-light = Açık
theme-dark = Koyu
public-site = Siteyi görüntüle
log-in = Giriş yap
log-out = Çıkış yap
notice = Bildirim
pages = Sayfalar
page-first = İlk sayfaya dön
no-smtp = SMTP sunucusu ayarlanmamış: e-postalar Giden posta sayfasında tutuluyor ve adresler doğrulanmıyor.
copy = Kopyala
copied = Kopyalandı
page-next = Sonraki
chart-top = en çok { $top }
chart-title = { $title }, 14 gün boyunca, en çok { $top }. Değerler aşağıdaki tabloda.

## Moments, lengths of time, numbers
moment = { $day } { $month ->
    [1] Ocak
    [2] Şubat
    [3] Mart
    [4] Nisan
    [5] Mayıs
    [6] Haziran
    [7] Temmuz
    [8] Ağustos
    [9] Eylül
    [10] Ekim
    [11] Kasım
   *[12] Aralık
    } { $year } { $time } UTC
moment-short = { $day } { $month ->
    [1] Oca
    [2] Şub
    [3] Mar
    [4] Nis
    [5] May
    [6] Haz
    [7] Tem
    [8] Ağu
    [9] Eyl
    [10] Eki
    [11] Kas
   *[12] Ara
    } { $year } { $time } UTC
day-month = { $day } { $month ->
    [1] Oca
    [2] Şub
    [3] Mar
    [4] Nis
    [5] May
    [6] Haz
    [7] Tem
    [8] Ağu
    [9] Eyl
    [10] Eki
    [11] Kas
   *[12] Ara
    }
span-seconds = { $seconds } sn
span-minutes = { $minutes } dk
span-hours = { $hours } sa { $minutes } dk
span-days = { $days } g { $hours } sa
length-minutes = { $minutes } dakika
length-hours = { $hours } saat
length-days = { $days } gün
number = { $number }
word-count = { $count } sözcük

## Statuses of posts
status-held = bekletiliyor
status-published = yayında
status-rejected = reddedildi
status-failed = denetleniyor
status-withdrawn = geri çekildi

## Roles
role-author = yazar
role-moderator = moderatör
role-owner = site sahibi

## Errors
error-number = Hata { $status }
error-typed = Yazdıklarınız
error-typed-hint = Hiçbir şey kaydedilmedi. Devam etmeden önce metni kopyalayın.
error-request = İstek
error-to-start = Başlangıca dön
error-to-site = { $site } sitesine dön
error-bad-request = İstek okunamıyor
error-invalid-field = Bir alan geçerli değil
error-unauthenticated = Önce giriş yapın
error-forbidden = Bunu yapma yetkiniz yok
error-csrf-failed = Form kabul edilmedi
error-not-found = Böyle bir sayfa yok
error-unknown-token = Görev jetonu bilinmiyor
error-method-not-allowed = Bu yöntem burada kullanılamaz
error-request-timeout = İstek çok uzun sürdü
error-conflict = Bu şu anda mümkün değil
error-already-decided = Yazı hakkında zaten karar verilmiş
error-stale-revision = Yazı bu arada değişti
error-duplicate-external-id = Yazı daha önce gönderilmiş
error-duplicate-rule = Sitede bu kural zaten var
error-warned = Uyarılacak bir şey var
error-expired = Süresi dolmuş
error-too-large = İstek çok büyük
error-unsupported-media-type = Gönderilen içeriğin türü desteklenmiyor
error-idempotency-key-reused = Idempotency-Key başka bir istek için kullanılmış
error-too-many-requests = Çok fazla deneme
error-internal = Bizim tarafımızda bir şeyler ters gitti
error-overloaded = Sunucu şu anda çok yoğun
what-not-found = Bu adreste bir şey yok ya da burası size açık değil.
what-unauthenticated = Önce giriş yapın.
what-csrf-failed = Form başka bir oturuma veya başka bir siteye ait ya da çok uzun süre açık kaldı.
what-internal = İsteğiniz yerine getirilemedi.
what-overloaded = Sunucu bunu şu anda kabul edemiyor.
remedy-unauthenticated = Bu pencerede veya başka birinde yeniden giriş yapın; yazdıklarınız aşağıda duruyor.
remedy-csrf-failed = Sayfayı yeniden açın ve formu oradan gönderin.
remedy-forbidden = Gereken rolü site sahiplerinden birinden isteyin.
remedy-not-found = Adresi kontrol edin ya da doğru hesapla giriş yapın.
remedy-link = Yeni bir bağlantı isteyin.
remedy-wait = Biraz bekleyip yeniden deneyin.
remedy-internal = Yeniden deneyin; sorun sürerse aşağıdaki numarayı bu sunucuyu yönetenlere bildirin.
remedy-too-large = Kısaltıp yeniden gönderin.
remedy-correct = Geri dönün, düzeltin ve yeniden gönderin.
what-method-not-allowed = Bu adres var, ama bu tür bir istek için değil.
what-too-large = Gönderilen, bu formun aldığından daha büyük.
what-timeout = Gönderilen zamanında ulaşmadı.
what-unsupported-media-type = Form, burada okunamayan bir biçimde gönderildi.
what-bad-request = Gönderilen okunamıyor.
role-does-not-reach = Bu sitedeki rolünüz ({ $role }) buraya yetmiyor.
