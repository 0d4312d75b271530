package judge_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"coranto/internal/sample"
)

// The specimen is a story with each thing that a text can have, in every language. Its words are not translated: what
// is judged is everything around them, and words of other scripts inside a page are a hard case of their own.

const specimenStory = `topics:
  nature:
    "": Nature
places:
  orvale:
    "": Orvale
related: [samara-border, spring-flood]
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
  - name: Leyla Aydın
    slug: leyla-aydin
  - name: Tomas Weil
    role: pictures
topics: [nature]
places: [orvale]
lead:
  file: flood.jpg
  alt: A street under water, with a boat between the houses.
  caption: The lower town on Friday morning.
  credit: Tomas Weil
  rights: Free for use with the name of the photographer
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

>> The water took the road, and then it took its time.

1. Flour
2. Oil
   - of sunflowers
   - of olives

![A street under water.](flood.jpg "The lower town, seen from the bridge.")

![A mast with aerials.](mast.jpg "The mast on the hill.")

![A film: coloured bars, and a tone.](film.mp4 "The siren, on Friday at six.")

![A sound: one tone.](tone.mp3)

[![A table in a court.](court.jpg "The film of the hearing")](https://film.example/watch?v=1&t=2)

` + "```\nif water > bank {\n\tringAllTheBellsOfTheLowerTownAndOfTheUpperTownUntilSomebodyComes(now)\n}\n```" + `

---

جریان آب از سد عبور کرد. Река вышла из берегов. ከተማው በጎርፍ ተጥለቀለቀ። 洪水淹没了下城。
`

// What is said in the specimen's film and sound: subtitles in two languages, and all of it in each language of the site.
const (
	subtitles = "WEBVTT\n\n00:00.000 --> 00:01.000\nLeave the lower town.\n\n00:01.000 --> 00:02.000\nاز پایین شهر بروید.\n"
	spoken    = "A siren.\n\n“Leave the lower town (پایین شهر), all of you.”\n"
)

// breakingArticle is news of the hour at which the test runs, so that there is a bar.
const breakingArticle = `---
headline: "The dam of (سد) Orvale: gates closed"
published: %s
breaking: %s
---

Nobody was hurt.
`

// The newsroom's own words: pages, and what readers risk.
const (
	aboutPage   = "# About the Lantern (فانوس)\n\nWe write from abroad. See [how](https://example.org/how).\n\n## Who we are\n\n- Leyla\n- Tomas\n"
	contactPage = "# How to reach us\n\nWrite to [the desk](mailto:desk@lantern.example), from an address that is not yours.\n"
	noticesFile = `[[notice]]
place = "freedonia"
language = "en"
name = "Freedonia"
short = "Sharing may be punished, and so may a comment."
long = "Since the law of 2024, with up to four years."

[[notice]]
place = "freedonia"
language = "fa"
name = "فریدونیا"
short = "هم‌رسانی ممکن است مجازات داشته باشد."
long = "بر پایهٔ قانون ۲۰۲۴."
`
)

// newsroomFiles are the pages of the newsroom in its languages, and its notices.
func newsroomFiles(tags []string) map[string]string {
	files := map[string]string{"notices.toml": noticesFile}
	for _, tag := range tags {
		files["pages/about."+tag+".md"], files["pages/contact."+tag+".md"] = aboutPage, contactPage
	}
	return files
}

// writeSpecimen writes the folders of the specimen and of breaking news: English, and a translation into each other
// language.
func writeSpecimen(dir string, tags []string, now time.Time) error {
	pictures := map[string]string{"flood.jpg": "spring-flood", "mast.jpg": "radio-licence", "court.jpg": "closed-hearing"}
	breaking := fmt.Sprintf(breakingArticle, now.Add(-time.Hour).Format(time.RFC3339), now.Add(24*time.Hour).Format(time.RFC3339))
	files := map[string]string{"specimen/story.yaml": specimenStory, "specimen/film.en.vtt": subtitles, "specimen/film.fa.vtt": subtitles + "\n",
		"specimen/tone.en.vtt": subtitles}
	for name, story := range pictures {
		b, err := fs.ReadFile(sample.Stories(), story+"/"+name)
		if err != nil {
			return err
		}
		files["specimen/"+name] = string(b)
	}
	for _, name := range []string{"film.mp4", "tone.mp3"} {
		b, err := os.ReadFile("../recording/testdata/" + name)
		if err != nil {
			return err
		}
		files["specimen/"+name] = string(b)
	}
	for _, tag := range tags {
		origin := "translated_from: {lang: en, number: 1}\n"
		if tag == "en" {
			origin = ""
		}
		files["specimen/film."+tag+".txt"], files["specimen/tone."+tag+".txt"] = spoken, spoken
		files["specimen/"+tag+".md"], files["dam/"+tag+".md"] = fmt.Sprintf(specimenArticle, origin), breaking
	}
	return writeAll(dir, files)
}

// writeAll writes files by their paths in a folder.
func writeAll(dir string, files map[string]string) error {
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
