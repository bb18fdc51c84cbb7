## What is wrong with something that was typed; each stands behind its field's name or at its field, without a full stop
flaw-words = { $text }
flaw-of = { $field }: { $flaw }
flaw-inside = “{ $part }”: { $flaw }
flaw-and = { $first }; { $second }
flaw-empty = boş olamaz
flaw-control = denetim karakteri içeremez
flaw-long = en çok { $most } karakter
flaw-long-each = her biri en çok { $most } karakter
flaw-many = en çok { $most } tane
flaw-line = en çok { $most } karakterlik tek bir satır
flaw-name = 1 ile { $most } karakter arasında, virgülsüz tek bir satır
flaw-severity = 1 (hafif) ile 4 (ağır) arasında bir sayı
flaw-threshold = 1 ile 4 arasında bir önem derecesi ya da 0 olmalı
flaw-range = { $from } ile { $to } arasında
flaw-milliseconds = { $from } ile { $to } milisaniye arasında
flaw-one-of = şunlardan biri olmalı: { $names }

## A rule
flaw-no-field = Başlığı, metni ya da ikisini seçin
flaw-word-spaces = bir sözcükte boşluk olmaz: türünü söz öbeği yapın
flaw-invisible = yalnızca görünmeyen karakterlerden oluşuyor
flaw-phrase-empty = bir söz öbeğinde harf, rakam ya da simge bulunmalı
flaw-phrase-gap-end = bir söz öbeği boşlukla değil, bir sözcükle biter
flaw-phrase-gap = bir boşluk 1 ile { $most } sözcük arasında olabilir
flaw-wildcard-spaces = jokerli bir sözcükte boşluk olmaz
flaw-wildcard-open = jokerli bir sözcükte * ve ? dışında art arda iki karakter bulunmalı
flaw-regex-large = düzenli ifade çok büyük
flaw-regex-empty = düzenli ifade boş bir metinle de eşleşiyor
flaw-host = bir alan adı example.com, yoluyla birlikte example.com/offers, bütün bir uzantı ise .example biçiminde yazılır
flaw-host-port = bir alan adında bağlantı noktası ve iki nokta olmaz: example.com
flaw-inflections = yalnızca sözcüklerin çekimli biçimleri olur
flaw-combination-allows = bir birleşim istisna olamaz: hiçbir şeyi muaf tutmaz
flaw-exception-excepts = bir istisnanın kendi istisnaları olmaz

## A combination
flaw-at = { $place }. karakterde: { $flaw }
flaw-nested = çok derin iç içe geçmiş
flaw-not-closed = bir kalıp kapatılmamış
flaw-wanted-end = and, or ya da ifadenin sonu bekleniyordu
flaw-wanted-bracket = kapanan bir ayraç bekleniyordu
flaw-wanted-near = yakındaki kalıp bekleniyordu, örneğin near 5 "money"
flaw-wanted-part = tırnak içinde bir kalıp ya da şunlardan biri bekleniyordu: { $names }
flaw-wanted-words = en çok { $most } sözcük bekleniyordu
flaw-wanted-sign = <, <=, =, >= ya da > bekleniyordu
flaw-wanted-number = en çok { $most } olan bir sayı bekleniyordu
flaw-wanted-age = 12h, 7d ya da 2w gibi bir yaş bekleniyordu

## A list of rules
flaw-encoding = UTF-8 değil
flaw-column = “{ $name }” adlı sütun bilinmiyor; bilinenler: { $known }
flaw-no-pattern = kalıp yok
flaw-not-rules = bir kural dizisi ya da rules adlı böyle bir diziyi içeren bir nesne olmalı
flaw-list-long = { $most } kuraldan fazla

## An external check
flaw-check-name = 1 ile 40 arasında küçük harf, rakam ve aralarda kısa çizgi
flaw-check-known = bu adda bir denetleyici var
flaw-checks-many = bir sitenin en çok { $most } denetleyicisi olabilir
flaw-url = { $example } gibi bir URL bekleniyordu
flaw-url-user = kullanıcı adı ve parola içermeyen bir URL olmalı; istekler zaten imzalanır
flaw-url-fragment = # içermeyen bir URL olmalı
flaw-url-scheme = https:// bekleniyordu; http:// yalnızca işletmecinin izin verdiği sunucularda olur (checks_allow)
flaw-url-address = { $address } herkese açık bir adres değil; işletmeci checks_allow ile izin verebilir
