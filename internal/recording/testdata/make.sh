#!/bin/sh
# Makes the recordings of the tests, by hand: needs ffmpeg. Each says in every way that its format has who made it and
# where; all words that must be gone have "Petrichor" in them, or are the place 52.2296.
set -eu
cd "$(dirname "$0")"

sound='sine=frequency=440:sample_rate=16000:duration=1'
film='testsrc2=size=64x48:rate=8:duration=2'
words='-metadata title=Petrichor-title -metadata artist=Petrichor-artist -metadata comment=Petrichor-comment
	-metadata location=+52.2296+021.0122/ -metadata location-eng=+52.2296+021.0122/ -metadata date=2026-05-01
	-metadata creation_time=2026-05-01T08:00:00Z -metadata encoder=Petrichor-encoder'
make() { ffmpeg -v error -y "$@"; }

printf '1\n00:00:00,000 --> 00:00:02,000\nPetrichor-words\n' >words.srt
printf 'Petrichor-attachment' >note.txt
make -f lavfi -i color=c=red:s=16x16:d=1 -frames:v 1 -metadata comment=Petrichor cover.png
printf ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=2\ntitle=Petrichor-chapter\n' >chapters.txt

# MP3 with ID3v2, a cover, ID3v1, and an APE tag between.
make -f lavfi -i $sound -i cover.png -map 0 -map 1 -c:a libmp3lame -b:a 16k -c:v copy $words \
	-metadata:s:v title=Petrichor-cover -write_id3v1 0 tone.mp3
{
	cat tone.mp3
	printf 'APETAGEX\320\007\000\000\033\000\000\000\001\000\000\000\000\000\000\240\000\000\000\000\000\000\000\000'
	printf '\014\000\000\000\000\000\000\000Artist\000Petrichor-ap'
	printf 'TAGPetrichor-one%115s' ''
} >both.mp3
mv both.mp3 tone.mp3
make -f lavfi -i $sound -c:a libmp3lame -q:a 9 $words vbr.mp3

make -f lavfi -i $sound -c:a libvorbis -q:a 0 $words vorbis.ogg
make -f lavfi -i $sound -c:a libopus -b:a 12k $words opus.ogg

make -f lavfi -i $film -f lavfi -i $sound -i chapters.txt -map_chapters 2 -c:v libvpx -b:v 30k -c:a libvorbis -q:a 0 \
	$words -metadata:s:v title=Petrichor-track -attach note.txt -metadata:s:t mimetype=text/plain -f matroska film.mkv
make -i film.mkv -map 0:v -map 0:a -c copy $words -metadata:s:v title=Petrichor-track vorbis.webm
# A Matroska file that calls itself WebM, as programs make them: it has chapters and an attachment.
LC_ALL=C sed '1,/matroska/s/matroska/webm\x00\x00\x00\x00/' film.mkv >attached.webm
make -f lavfi -i $film -f lavfi -i $sound -c:v libvpx-vp9 -b:v 30k -c:a libopus -b:a 12k $words -f webm -live 1 live.webm
make -i vorbis.webm -i words.srt -c:v copy -c:a copy -c:s webvtt words.webm

make -f lavfi -i $film -f lavfi -i $sound -i words.srt -i chapters.txt -map 0 -map 1 -map 2 -map_chapters 3 \
	-c:v libx264 -crf 40 -pix_fmt yuv420p -c:a aac -b:a 16k -c:s mov_text -timecode 08:00:00:00 $words \
	-metadata:s:v handler_name=Petrichor-handler film.mp4
make -i film.mp4 -map 0:v -map 0:a -c copy -movflags use_metadata_tags+faststart \
	-metadata com.apple.quicktime.location.ISO6709=+52.2296+021.0122/ -metadata com.apple.quicktime.make=Petrichor-make phone.mp4
make -i film.mp4 -map 0:v -map 0:a -c copy -movflags frag_keyframe+empty_moov fragments.mp4
make -f lavfi -i $sound -c:a aac -b:a 16k $words sound.m4a

rm words.srt note.txt cover.png chapters.txt film.mkv
