package judge_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"coranto/internal/sample"
)

// The specimen is a story with each thing that a text can have, in every language. Its words are not translated: what
// is judged is everything around them, and words of other scripts inside a page are a hard case of their own.

const specimenStory = `topics:
  nature:
    "": Nature
sources:
  mayor:
    kind: official
    name:
      "": Ina Moreau, mayor of Orvale
  engineer:
    kind: anonymous
    reason:
      "": Staff of the dam may not speak to the press.
claims:
  gates:
    source: engineer
    check: unverified
  friday:
    source: mayor
    check: attributed
    evidence:
      - url: https://example.org/orvale/flood
        archived: https://archive.example.org/orvale/flood
        retrieved: 2026-04-03T05:00:00Z
        sha256: 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824
`

const specimenArticle = `---
kicker: Weather
headline: "The river (الفرات) is over its banks: «100 %%» & <more>"
standfirst: Two villages are cut off. The water is expected to fall on Friday.
dateline: Orvale
published: 2026-04-03T06:30:00Z
updated: 2026-04-03T18:00:00Z
bylines:
  - Leyla Aydın
  - name: Tomas Weil
    role: pictures
topics: [nature]
lead:
  file: flood.jpg
  alt: A street under water, with a boat between the houses.
  caption: The lower town on Friday morning.
  credit: Tomas Weil
corrections:
  - time: 2026-04-03T18:00:00Z
    text: Two villages are cut off. An earlier version of this article said three.
%s---

The [water falls on Friday](claim:friday), says the mayor; [the gates opened late](claim:gates), says an engineer. More
*here* and **there**, in ~~old~~ new words, at [a long address](https://example.org/a/very/long/address?with=a&query=in).

## In five markets

| Goods | 2025 | 2026 | Change since the spring of the year before |
|---|---:|---:|---:|
| Round loaf | 5.00 | 6.00 | 20 |

### A closer look

> Flour, gas, rent: everything went up.
>
> — Zafar, baker

1. Flour
2. Oil
   - of sunflowers
   - of olives

![A street under water.](flood.jpg "The lower town, seen from the bridge.")

` + "```\nif water > bank {\n\tringAllTheBellsOfTheLowerTownAndOfTheUpperTownUntilSomebodyComes(now)\n}\n```" + `

---

جریان آب از سد عبور کرد. Река вышла из берегов. ከተማው በጎርፍ ተጥለቀለቀ። 洪水淹没了下城。
`

// writeSpecimen writes the specimen's folder: English, and a translation of it into each other language.
func writeSpecimen(dir string, tags []string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	picture, err := fs.ReadFile(sample.Stories(), "spring-flood/flood.jpg")
	if err != nil {
		return err
	}
	files := map[string]string{"story.yaml": specimenStory, "flood.jpg": string(picture)}
	for _, tag := range tags {
		origin := "translated_from: {lang: en, number: 1}\n"
		if tag == "en" {
			origin = ""
		}
		files[tag+".md"] = fmt.Sprintf(specimenArticle, origin)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
