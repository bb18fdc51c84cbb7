## Fields
field-name = Ad
field-email = E-posta
field-password = Parola
field-new-password = Yeni parola
password-hint = En az 15 karakter. Aklınızdan seçeceğiniz dört sözcük iyi bir paroladır.
name-hint-readers = Okurlar bu adı yazılarınızın altında görür.
name-hint-colleagues = İş arkadaşlarınızın ve yazarların gördüğü ad.
name-hint-own = Kendi adınız; iş arkadaşlarınız ve yazarlar bunu görür.
save = Kaydet

## What fields must be
name-length = Ad 1 ile 80 karakter arasında olmalıdır.
name-one-line = Ad, görünür karakterlerden oluşan tek bir satır olmalıdır.
address-form = Geçerli bir e-posta adresi yazın.
address-length = Adres en çok 254 bayt olabilir.
address-taken = Bu adresle açılmış bir hesap var. O hesapla giriş yapın.
address-taken-owner = Bu adresle açılmış bir hesap var. Sunucuda “gatepost user add” komutu onu site sahibi yapar.
password-too-short = Parola en az 15 karakter olmalıdır.
password-too-long = Parola en çok 1.024 bayt olabilir.
password-common = Bu parola, ilk denenen yaygın parolalardan biri.
password-guessable = Parola; bir örüntüden ya da sizin, sitenin ve bu ürünün adından ibaret olmamalıdır.
password-not-present = Şu anki parolanız bu değil.
too-many-seconds = Çok fazla deneme yapıldı. { $seconds } saniye sonra yeniden deneyin.
too-many-minutes = Çok fazla deneme yapıldı. { $minutes } dakika sonra yeniden deneyin.
too-many-locked = Çok fazla deneme yapıldı. Devam etmek için “Parolamı unuttum” bağlantısıyla yeni bir parola belirleyin.

## Logging in
login-wrong = E-posta adresi ile parola eşleşmiyor.
login-unconfirmed = Bu adres henüz doğrulanmadı. Doğrulama bağlantısını yeni bir e-postayla gönderdik.
forgotten = Parolamı unuttum
sign-up = Kaydol

## A forgotten password
forgot-sent = E-postanıza bakın
forgot-sent-text = { $email } bir hesaba aitse yeni parola belirleme bağlantısı yola çıktı. Bağlantı bir kez ve bir saat boyunca geçerlidir.
forgot-mailless = Bu sunucu e-posta göndermiyor. Site sahiplerinden birine sorun: bağlantı Giden posta sayfasında duruyor.
forgot-back = Girişe dön
forgot-intro = Yeni bir parola belirleyebileceğiniz bir bağlantı göndeririz.
forgot-send = Bağlantıyı gönder
reset-heading = Yeni parola belirleyin
reset-for = { $email } için. Bu hesabın diğer bütün oturumları kapanır.
reset-set = Parolayı kaydet
reset-done = Yeni parolanız kaydedildi. Onunla giriş yapın.
link-spent = Bu bağlantı artık geçerli değil
reset-spent = Bağlantı kullanılmış ya da üzerinden bir saatten fazla geçmiş.
reset-again = Yenisini isteyin

## Confirming an address
confirm-heading = E-posta adresinizi doğrulayın
confirm-ask = { $email } sizin adresiniz mi?
confirm-yes = Evet, doğrula
confirm-not-you = Kaydolan siz değilseniz bu sayfayı kapatın; hiçbir şey olmaz.
confirm-done = Doğrulandı
confirm-done-text = { $email } doğrulandı. Artık yazabilirsiniz.
confirm-go-on = Devam et
confirm-spent = Adres zaten doğrulanmış ya da bağlantının süresi dolmuş. Hesap sayfanızdan yenisini gönderebilirsiniz.

## Invitations
invitation = Davet
invitation-heading = { $site } sitesine katılın
invitation-text = { $inviter }, { $email } adresini { $site } sitesine { $role } olarak davet ediyor.
invitation-accept = Daveti kabul et
invitation-done = Artık { $site } sitesinde { $role } olarak yer alıyorsunuz.
invitation-spent = Bu davet artık geçerli değil
invitation-spent-text = Davet kabul edilmiş, geri alınmış ya da süresi dolmuş.
invitation-spent-ask = Sizi davet eden kişiden yenisini isteyin.

## Setting up
setup-heading = Gatepost’u kurun
setup-intro = İlk sitenin sahibi olursunuz. Buradaki her şey sonradan değiştirilebilir.
setup-site-name = Sitenin adı
setup-become = Site sahibi ol
setup-spent = Gatepost’un zaten bir sahibi var ya da bağlantı eksik kopyalanmış.
setup-locked-out = Giremiyor musunuz? Sunucuda { $command } komutu tek kullanımlık yeni bir bağlantı yazdırır.
setup-done = Gatepost sizin. Kayıtlar açık; yazıları bekleten sözcükler Kurallar sayfasında.

## Notices by mail
notices = Bildirimler
notices-off-heading = Bildirimleri kapatın
notices-off-text = { $site } artık { $email } adresine bildirim göndermeyecek. Hesabın kendisiyle ilgili e-postalar gelmeye devam eder.
notices-off-button = Bildirimleri kapat
notices-off-done = Bildirimler kapalı
notices-off-done-text = { $site } artık { $email } adresine bildirim göndermiyor. Bildirimleri hesap sayfanızdan yeniden açabilirsiniz.

## The account page
account-unconfirmed = Bu adres doğrulanmadı.
account-unconfirmed-text = Doğrulanana kadar bu adrese bildirim göndermeyiz.
account-send-link = Bağlantıyı yeniden gönder
account-link-sent = Bağlantıyı yeni bir e-postayla gönderdik.
account-rename = Adı değiştir
account-renamed = Adınız değiştirildi.
account-language = Dil
account-language-label = Sayfalar ve e-postalar şu dilde olsun
account-language-hint = Bir sitenin herkese açık sayfaları o sitenin dilindedir.
account-language-none = Tarayıcının dili, o yoksa sitenin dili
account-language-saved = Dil kaydedildi.
sites = Siteler
account-no-sites = Hiçbir sitede yer almıyorsunuz.
account-notices = Bana e-posta gönder
account-notices-hint = Yazarlara: bir yazının akıbeti. Moderatörlere: bekleyen yazılar. Hesabınızla ilgili e-postalar her zaman gelir.
account-notices-kinds = Şunlar için
account-notices-on = Bildirimler e-postayla gelecek.
account-notices-off = Artık e-postayla bildirim almayacaksınız.
notice-held = Bir yazım ya da itirazım moderatör bekliyor
notice-decided = Bir yazımın ya da itirazımın sonucu
notice-waiting = Karar bekleyen yazılar var
notice-reminder = Bir yazı için ayrılan sürenin yarısı geçti
notice-trouble = Süresinde karar verilmedi ya da bir iş akışı hata verdi
account-away = İzin
account-away-until = Şu güne kadar (o gün dahil)
account-away-hint = Üstlendiğiniz işler başkalarına açılır ve bekleyen işler size bildirilmez. Tarih boşsa buradasınız demektir.
account-away-on = O güne kadar size iş verilmeyecek.
account-away-off = Tekrar hoş geldiniz.
account-present-password = Şu anki parola
account-change-password = Parolayı değiştir
account-password-changed = Parolanız değiştirildi. Diğer oturumlar kapatıldı.
account-sessions = Oturumlar
account-session-where = Cihaz
account-session-since = Başlangıç
account-session-seen = Son görülme
account-session-current = bu oturum
account-session-device = { $browser }, { $system }
account-session-other = başka bir program
account-log-out-everywhere = Her yerden çıkış yap
account-logged-out = Bütün oturumlar kapatıldı.
account-data = Verileriniz
account-data-text = Hakkınızda tutulan her şey, bütün metinlerinizle birlikte tek bir JSON dosyasında.
account-data-download = Verilerimi indir
account-delete = Hesabı sil
account-delete-text = Yazılarınız yayından kalkar; okurlar yerlerinde yazının kaldırıldığını görür. Adınız, adresiniz ve yazdığınız her sözcük bu sunucudan silinir. Bu işlem geri alınamaz.
account-delete-open = Hesabımı sil
account-delete-password = Parolanız
account-delete-button = Hesabı kalıcı olarak sil
account-deleted = Hesabınız silindi.
account-sole-owner = { $site } sahipsiz kalır. Önce başka birini site sahibi yapın.
