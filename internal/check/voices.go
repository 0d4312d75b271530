package check

import (
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"coranto/internal/lang"
	"coranto/internal/news"
)

// voices says what a story lacks of sources and evidence. It stands in the file that the articles share.
func (l *look) voices(shown []news.Article) {
	at := place{}
	if file := shown[0].File; file != "" {
		at.file = path.Join(path.Dir(file), "story.yaml")
		if l.Read != nil {
			if _, err := l.Read(at.file); err != nil { // it may be missing
				at = place{lang: shown[0].Lang, file: file}
			}
		}
	}
	if len(l.story.Sources) == 0 {
		l.add(at.of("sources:"), Source, "name in story.yaml who says so, or kind: own", "the story names no source")
	}
	for _, s := range l.story.Sources {
		if s.Kind == news.Anonymous {
			l.reason(at.of("  "+s.ID+":", s.ID), s, shown)
		}
	}
	for _, c := range l.story.Claims {
		s := l.sourceOf(c)
		if len(c.Evidence) > 0 || !needsEvidence(c, s) {
			continue
		}
		l.add(at.of("  "+c.ID+":", c.ID), Evidence, "keep its address, an archived copy or its SHA-256 below evidence:",
			"claim %q (%s, source %q) has nothing kept to stand by it", c.ID, c.Check, c.Source)
	}
}

// reason says whether readers are not told why a source has no name, or not in their language.
func (l *look) reason(at place, s news.Source, shown []news.Article) {
	const hint = "say below reason:, by language, why the source can't be named"
	if text, _ := lang.Pick(s.Reason, ""); text == "" {
		l.add(at, Reason, hint, "source %q is anonymous, and readers are not told why", s.ID)
		return
	}
	for _, a := range shown {
		if _, tag := lang.Pick(s.Reason, a.Lang); tag != "" && !sameBase(tag, a.Lang) {
			l.add(at, Reason, hint, "source %q is anonymous, and readers are not told why in %s", s.ID, a.Lang)
		}
	}
}

func (l *look) sourceOf(c news.Claim) news.Source {
	i := slices.IndexFunc(l.story.Sources, func(s news.Source) bool { return s.ID == c.Source })
	if i < 0 {
		return news.Source{}
	}
	return l.story.Sources[i]
}

// needsEvidence says whether a claim is of a kind that leaves something to keep: what was confirmed, and what stands in
// a document or a post. What a person said is theirs.
func needsEvidence(c news.Claim, s news.Source) bool {
	return c.Check == news.Confirmed && s.Kind != news.Own && s.Kind != news.Witness && s.Kind != news.Anonymous ||
		s.Kind == news.Document || s.Kind == news.Social
}

// claims says which unverified and disputed claims read as facts: those in whose paragraph no word says that somebody
// says so, or who. It knows such words in a few languages, and is silent in the others.
func (l *look) claims(at place, a news.Article) {
	stems, ok := attributing(a.Lang)
	if !ok {
		return
	}
	eachRun(a.Revision, func(run []news.Span, quoted bool) {
		for _, s := range run {
			c, ok := l.claim(s.Claim)
			if !ok || quoted || c.Check != news.Unverified && c.Check != news.Disputed {
				continue
			}
			if attributed(textOf(run), stems, l.sourceOf(c)) {
				continue
			}
			l.add(at.of("claim:"+c.ID), Wording, "say in the paragraph who says so, or that it is not confirmed",
				"claim %q is %s, but the words around it read as a fact", c.ID, c.Check)
		}
	})
}

func (l *look) claim(id string) (news.Claim, bool) {
	i := slices.IndexFunc(l.story.Claims, func(c news.Claim) bool { return c.ID == id && id != "" })
	if i < 0 {
		return news.Claim{}, false
	}
	return l.story.Claims[i], true
}

// attributed says whether a text has a word that begins with one of some stems, or names a source by a word of its name.
func attributed(text string, stems []string, s news.Source) bool {
	names := map[string]bool{}
	for _, name := range s.Name {
		for _, w := range wordsOf(name) {
			if utf8.RuneCountInString(w) >= 4 {
				names[w] = true
			}
		}
	}
	return slices.ContainsFunc(wordsOf(text), func(w string) bool {
		return names[w] || slices.ContainsFunc(stems, func(stem string) bool { return strings.HasPrefix(w, stem) })
	})
}

func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsMark(c) })
}

// attributing returns how the words begin, in lower case, by which a language says that somebody says so, and whether
// they are known. The lists are wide: a fact that is taken for a report costs less than an alarm for nothing.
func attributing(tag string) (stems []string, ok bool) {
	base, _, _ := strings.Cut(tag, "-")
	list, ok := map[string]string{
		"en": "sa saying said say says report alleg claim accord accus assert purport apparent unverif unconfirm verif confirm disput deny " +
			"denie insist told tell state testif believ suspect rumo quot describ call announc contend warn may might could seem " +
			"suggest estimat circulat appear recount recall maintain question doubt",
		"de": "sag erklär bericht behaupt laut zufolge angeblich mutmaßlich nach soll wirf vorw bestreit dementier vermut " +
			"bestätig unbestätig zitier schreib schrieb teil mitteil meld heißt gab geb nennt könnt womöglich offenbar schein",
		"fr": "dit dis selon affirm déclar rapport accus prétend présum confirm vérif conteste démen assur expliqu évoqu " +
			"témoign annonc indiqu estim croi supposé aurai serai pourrai semble apparemm raconte",
		"es": "dice dijo dicen dij según afirm declar inform acus alega presunt supuest confirm verific disput niega negó " +
			"neg asegur cuent relat anunci indic estim cree señal habría podría parece",
		"ru": "говор сказа сообщ заяв утвержд словам слов якобы предполож подтвер провер обвин опров отриц свидетел " +
			"рассказ счита мнен данн указ пиш писа назв призна отмет предпол возможн вероятн может могл",
		"uk": "каж сказа повідом заяв ствердж слов нібито начебто припус підтвер перевір звинува спрост запереч свідч " +
			"розпов розказ вважа думк дани вказ пиш писа назв визна зазнач можлив ймовір імовір може мог",
		"be": "каж сказа паведам заяв сцвярдж слоў слов быццам нібы мярку пацвер правер абвінава аспрэч адмаўл сведч " +
			"распав расказ лічы думк дадзен данны паказ піш пісал напіса назв прызна адзнач магчым верагодн можа магл",
		"bg": "каз съобщ заяв твърд думи според уж предпол потвърд провер обвин оспор отрич отрече свидет разказ " +
			"счита мнен данни посоч пиш писа нарич нарече призна отбеляз възможн вероятн може",
		"mk": "рече рекл вели кажа изјав тврд збор според навод потврд провер обвин оспор негир демант сведо раскаж " +
			"смета мислењ податоц соопшт пишу пиша нарек нарече призна веројатн можн може",
		"sr": serbian + "рек рече речи каж каза изјав тврд навод саопшт према потврд провер оптуж оспор демант пори сведоч " +
			"исприч сматра мишљењ подац подаци пиш писа назва призна вероват могућ можда могл",
		"hr": serbian, "bs": serbian,
		"ro": "spun spus zis zice declar afirm susțin relat raport potrivit conform presupus pretin acuz confirm neconfirm " +
			"verific neverific contest neag negat dezmin mărturi povest consider estim scri scris anunț indic numit posibil probabil pare aparent",
		"fa": "گفت گوید گویند گویا گزارش ادعا مدعی بنا اعلام اظهار تأیید تایید تکذیب انکار متهم اتهام ظاهر احتمال شاید ممکن " +
			"منسوب نقل شاهد نوشت خبر تأکید تاکید افزود",
		"tg": "гуфт мегӯ гӯё гузориш хабар иддао бино тибқи эълом изҳор тасдиқ инкор айбдор муттаҳам эҳтимол шояд мумкин нақл " +
			"шоҳид навишт афзуд таъкид",
		"ar": "قال يقول تقول وقال أفاد يفيد ذكر يذكر وذكر أعلن زعم يزعم مزاعم ادعى ادعت يدعي بحسب حسب وفق نقل صرح أكد يؤكد " +
			"مؤكد نفى نفت ينفي اتهم متهم يتهم يبدو يحتمل محتمل ربما شهود شاهد شهد روى روت كتب أشار تحقق التحقق يعتقد وبحسب ووفق",
	}[base]
	return strings.Fields(list), ok
}

// serbian are the stems of Serbian in Latin letters, and of its neighbours.
const serbian = "reč reka rekl kaž kaza izjav tvrd navod saopšt saopć priopć prema riječ potvrd provjer prover optuž ospor demant " +
	"pori svjedoč svedoč ispriča smatra mišljen podac podatk piš pisa nazva prizna vjerojat verovat moguć možda mogl "
