package wxrgen

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A language is one of the site's: how Polylang calls it, and words that its sentences are made of.
type language struct {
	slug, locale, stop string
	words              []string
}

func languages() []language {
	return []language{
		{"en", "en_US", ".", strings.Fields(`the of a river court police said on Monday that people border road bread price election
			were not allowed to cross because soldiers closed school hospital water news paper reporter journalist trial was moved
			after two days when families waited outside in snow and heard no answer from ministry officials who`)},
		{"ru", "ru_RU", ".", strings.Fields(`на в и что суд полиция сообщила понедельник люди граница дорога хлеб цены выборы не могли
			пересечь потому военные закрыли школа больница вода новости газета журналист процесс перенесли через два дня семьи
			ждали снаружи снег ответа министерство чиновники которые после этого город река мост утром вечером вчера сегодня`)},
		{"ua", "uk", ".", strings.Fields(`на в і що суд поліція повідомила понеділок люди кордон дорога хліб ціни вибори не могли
			перетнути тому військові закрили школа лікарня вода новини газета журналіст процес перенесли через два дні родини
			чекали надворі сніг відповіді міністерство посадовці які після цього місто річка міст вранці ввечері вчора сьогодні`)},
		{"fa", "fa_IR", ".", strings.Fields(`در و از به که دادگاه پلیس گفت دوشنبه مردم مرز جاده نان قیمت انتخابات نتوانستند عبور کنند
			زیرا سربازان بستند مدرسه بیمارستان آب خبر روزنامه خبرنگار محاکمه پس روز خانواده‌ها منتظر بیرون برف پاسخ وزارت
			مقام‌ها شهر رودخانه پل صبح شب دیروز امروز می‌گویند نمی‌توان`)},
		{"ar", "ar", ".", strings.Fields(`في من إلى على أن المحكمة الشرطة قالت الاثنين الناس الحدود الطريق الخبز الأسعار الانتخابات لم
			يتمكنوا عبور لأن الجنود أغلقوا المدرسة المستشفى الماء الأخبار الصحيفة الصحفي المحاكمة بعد يومين العائلات انتظرت
			الثلج جواب الوزارة المسؤولون المدينة النهر الجسر صباح مساء أمس اليوم`)},
	}
}

// name returns somebody's name, by number.
func name(n int) string {
	first := []string{"Nina", "Artur", "Leyla", "Olga", "Sami", "Darya", "Reza", "Mira", "Pavel", "Hana"}
	last := []string{"Petrova", "Karimi", "Novak", "Haddad", "Kovalenko", "Aliyeva", "Sorokin", "Rahimi"}
	s := first[n%len(first)] + " " + last[n/len(first)%len(last)]
	if n >= len(first)*len(last) {
		s += fmt.Sprintf(" %d", n)
	}
	return s
}

// termName returns what a category or tag is called.
func termName(n int) string {
	all := languages()
	words := all[n%len(all)].words
	return fmt.Sprintf("%s &amp; %s %d", words[n%len(words)], words[(n/7+3)%len(words)], n)
}

// sentence makes a sentence of 5 to 20 words.
func (g *site) sentence(l language) string {
	var b strings.Builder
	for i := range 5 + g.rand.IntN(16) {
		w := l.words[g.rand.IntN(len(l.words))]
		if i == 0 {
			first, size := utf8.DecodeRuneInString(w)
			b.WriteRune(unicode.ToUpper(first))
			w = w[size:]
		} else {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String() + l.stop
}

// paragraph makes one of some sentences, with markup here and there.
func (g *site) paragraph(l language) string {
	var b strings.Builder
	for range 2 + g.rand.IntN(4) {
		s := g.sentence(l)
		switch n := g.rand.IntN(100); {
		case n < 6 && g.posts[n] != "":
			s = `<a href="` + g.posts[n] + `">` + s + "</a>"
		case n < 12:
			s = "<strong>" + s + "</strong>"
		case n < 16:
			s = "<em>" + s + "</em>"
		case n < 18:
			s = `<a href="https://other.example/news/` + fmt.Sprint(n) + `?utm_source=lantern&amp;x=1">` + s + "</a>"
		}
		b.WriteString(s + " ")
	}
	return strings.TrimSpace(b.String())
}

// blocks writes a text of the block editor.
func (g *site) blocks(l language, picture int) {
	block := func(name, attrs, inside string) {
		g.printf("<!-- wp:%s%s -->\n%s\n<!-- /wp:%[1]s -->\n\n", name, attrs, inside)
	}
	for i := range 4 + g.rand.IntN(12) {
		switch n := g.rand.IntN(100); {
		case i > 0 && n < 6:
			block("heading", "", `<h2 class="wp-block-heading">`+g.sentence(l)+"</h2>")
		case n < 10:
			block("quote", "", `<blockquote class="wp-block-quote"><p>`+g.sentence(l)+"</p><cite>"+name(n)+"</cite></blockquote>")
		case n < 14:
			block("list", "", "<ul><li>"+g.sentence(l)+"</li><li>"+g.sentence(l)+"</li></ul>")
		case n < 20 && picture > 0:
			block("image", fmt.Sprintf(` {"id":%d,"sizeSlug":"large"}`, picture), fmt.Sprintf(
				`<figure class="wp-block-image size-large"><img src="%s/wp-content/uploads/2014/05/picture-%d-1024x683.jpg" alt="" class="wp-image-%[2]d"/><figcaption>%[3]s</figcaption></figure>`,
				Home, picture, g.sentence(l)))
		case n < 21:
			block("embed", ` {"url":"https://www.youtube.com/watch?v=abc","type":"video","providerNameSlug":"youtube"}`,
				"<figure class=\"wp-block-embed\"><div class=\"wp-block-embed__wrapper\">\nhttps://www.youtube.com/watch?v=abc\n</div></figure>")
		default:
			block("paragraph", "", "<p>"+g.paragraph(l)+"</p>")
		}
	}
}

// classic writes a text of the classic editor: blank lines part paragraphs.
func (g *site) classic(l language, picture int) {
	if picture > 0 && g.chance(40) {
		g.printf(`[caption id="attachment_%d" align="aligncenter" width="580"]<a href="%s/wp-content/uploads/2014/05/picture-%[1]d.jpg"><img class="size-large wp-image-%[1]d" src="%[2]s/wp-content/uploads/2014/05/picture-%[1]d-580x387.jpg" alt="" width="580" height="387" /></a> %[3]s[/caption]`+"\n\n",
			picture, Home, g.sentence(l))
	}
	for i := range 4 + g.rand.IntN(12) {
		if i == 2 && g.chance(20) {
			g.printf("<!--more-->\n\n")
		}
		if g.chance(4) {
			g.printf("<blockquote>%s</blockquote>\n\n", g.sentence(l))
		}
		g.printf("%s\n\n", g.paragraph(l))
	}
}
