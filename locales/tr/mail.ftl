## Around every mail
mail-sent-by = Gönderen: { $site }.
mail-off = Bu bildirimleri kapat
mail-off-url = Bu bildirimleri kapat: { $url }

## What authors hear
held-subject = Yazınız bir moderatörü bekliyor: { $title }
held-heading = Yazınız bir moderatörü bekliyor
held-text = { $title } henüz yayında değil: bir kural, önce bir kişinin bakmasını gerektiriyor. Sizin bir şey yapmanız gerekmiyor; karar verilince size yazarız.
held-until-then = O zamana kadar yazıyı düzeltebilir ya da geri çekebilirsiniz.
mail-where-it-stands = Durumunu gör
published-subject = Yayımlandı: { $title }
published-heading = Yazınız yayımlandı
published-text = { $title } yayında.
mail-read-it = Yazıyı oku
published-correct = Düzelt ya da geri çek
rejected-subject = Yayımlanmadı: { $title }
rejected-heading = Yazınız yayımlanmadı
rejected-moderator = Bir moderatör { $title } başlıklı yazınızı okudu ve şunu yazdı:
rejected-rule = { $title } kabul edilmedi:
rejected-no-reason = Gerekçe belirtilmedi.
mail-passages = Şu sözlerle ilgili:
rejected-again = Düzeltip yeniden gönderebilirsiniz; metniniz saklanıyor.
mail-correct = Düzelt ve yeniden gönder
rejected-ground-label = Dayanak:
rejected-ground = { $site } kuralları
rejected-ground-on = { $site } kuralları, konu: { $categories }
rejected-facts-label = Ne oldu:
facts-found = { $count ->
    [0] Metin yayımlanmadan önce incelendi.
    [one] Yayımlanmadan önce, metnin bir bölümü sitenin bir kuralına takıldı.
   *[other] Yayımlanmadan önce, metnin { $count } bölümü sitenin kurallarına takıldı.
    }
facts-appeal = Yazar itiraz etti; ilk kararı vermemiş olan bir moderatör aynı sonuca vardı.
facts-moderator = Bir moderatör metni okudu ve yayımlanmamasına karar verdi.
facts-rule = Sitenin bir kuralı böyle metinlere izin vermiyor; karara bir kişi katılmadı.
rejected-appeal-label = Yanlış olduğunu düşünüyorsanız:
rejected-appeal = yazının sayfasından itiraz edebilirsiniz, son tarih: { $until }. Yazıya başka biri yeniden bakar.
asked-subject = Lütfen yazınızı değiştirin: { $title }
asked-heading = Bir moderatör yazınızı değiştirmenizi istiyor
asked-text = { $title } başlıklı yazınızı okudu ve şunu yazdı:
asked-again = Değiştirip yeniden gönderin; kuyruktaki yerini korur. Henüz karar verilmedi.
asked-button = Değiştir ve yeniden gönder
appeal-subject = İtirazınız bir moderatörü bekliyor: { $title }
appeal-heading = İtirazınız bir moderatörü bekliyor
appeal-text = { $title } hakkındaki kararı vermemiş olan biri yazıya yeniden bakıyor; sonuç genellikle şu tarihe kadar belli olur: { $due }. Karar verilince size yazarız.
upheld-subject = Karar değişmedi: { $title }
upheld-heading = Karar değişmedi
upheld-text = { $title } hakkındaki karara itiraz ettiniz. Yazıya başka biri baktı ve aynı sonuca vardı:
upheld-again = Yazıyı yine de düzeltip yeniden gönderebilirsiniz; metniniz saklanıyor.
overturned-subject = İtirazınız üzerine yayımlandı: { $title }
overturned-heading = İtirazınız kabul edildi
overturned-text = { $title } başlıklı yazınıza başka biri baktı ve kararı kaldırdı. Yazınız artık yayında.
overturned-page = Yazının akıbetini kendi sayfasında görebilirsiniz.

## What everybody hears about an account
invitation-subject = { $site } sitesine davet
invitation-mail-heading = Davetlisiniz
invitation-mail-text = { $inviter } sizi { $site } sitesine { $role } olarak davet ediyor.
invitation-an-owner = Bir site sahibi
invitation-accept-button = Daveti kabul et
invitation-ignore = Böyle bir şey beklemiyorsanız bu e-postayı dikkate almayın.
link-works-once = Bağlantı bir kez kullanılabilir; son geçerlilik: { $expires }.
confirm-subject = E-posta adresinizi doğrulayın
confirm-text = Tek bir tıkla { $site } için yazmaya başlayabilirsiniz.
confirm-button = Adresimi doğrula
confirm-works = Bağlantının son geçerlilik tarihi: { $expires }. Kaydolan siz değilseniz bu e-postayı dikkate almayın.
reset-subject = Yeni parola
reset-text = Birisi (umarız siz) bu adres için yeni bir parola istedi.
reset-button = Yeni parola belirle
reset-works = Bağlantı bir kez kullanılabilir; son geçerlilik: { $expires }. İsteyen siz değilseniz bu e-postayı dikkate almayın: hiçbir şey değişmez.

## What moderators and owners hear
waiting-subject = Bir yazı bekliyor: { $title }
waiting-heading = Bir yazı karar bekliyor
waiting-others = Önünde { $count } yazı daha bekliyor.
waiting-many = { $count } yazı bekliyor
waiting-more = ve { $count } yazı daha
reminder-subject = Hâlâ bekliyor: { $title }
reminder-heading = Bir yazı hâlâ bekliyor
reminder-text = { $waited } boyunca hakkında kimse karar vermedi. Karar için süre: { $due }.
escalation-subject = Süresinde karar verilmedi: { $title }
escalation-heading = Süresinde karar verilmedi
escalation-text = Sitenizdeki bir yazı { $waited } boyunca karar bekledi. Biri karar verene kadar bekletilir.
handed-subject = { $name } karar vermenizi istiyor: { $title }
handed-heading = Bir iş arkadaşınız karar vermenizi istiyor
handed-text = { $name } bu vakayı size devretti.
handed-colleague = Bir iş arkadaşınız
moved-somebody = Ayrılan biri
moved-heading = { $name } için ayrılmış { $count } vaka artık site sahiplerinde
workflow-subject = Bir iş akışı hata verdi: { $title }
workflow-heading = Bir iş akışı hata verdi
workflow-text = { $title } yazısının iş akışı bir hatayla sona erdi. Yazı yayında değil ve biri onu yeniden çalıştırana kadar olduğu gibi kalır.
workflow-no-cause = Neden belirtilmedi.
workflow-look = İncele
braked-subject = Bir kural çok fazla yazıyı alıkoydu: { $pattern }
braked-heading = Bir kural çok fazla yazıyı alıkoydu
braked-text = { $pattern } kuralı son bir gün içinde yazıldı ve { $figures } alıkoydu. Bu, amaçlanmış olabilecekten fazla; bu yüzden kural artık bulduklarını yalnızca kaydediyor.
braked-figures = son { $posts } yazıdan { $held } tanesini
braked-release = Alıkoyduklarını tek seferde serbest bırakabilir ya da moderatörlere bırakabilirsiniz. Kural bu hâliyle doğruysa onu yeniden yürürlüğe koyun: ikinci kez durdurulmaz.
braked-look = Kurallara bak
case-decide = Oku ve karar ver
case-open = Kuyrukta aç
queue-open = Kuyruğu aç
case-link-note = İlk bağlantı yalnızca size özeldir ve 72 saat geçerlidir. Açmakla karar verilmiş olmaz.
case-links-note = Her bağlantı yalnızca size özeldir ve 72 saat geçerlidir. Açmakla karar verilmiş olmaz.
case-no-deadline = süre sınırı yok
case-due = en geç { $when }
case-decide-due = Bir yazı karar bekliyor ({ $due }).
case-hits = { $count } eşleşme
case-rules = { $count } kural
case-why = { $rules }, { $hits }; en yüksek önem derecesi { $severity }.
case-why-workflow = İş akışı bir karar istiyor.
