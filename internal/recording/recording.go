// Package recording takes out of a sound or a film all that a player does not need: names, places, times, pictures of
// covers, the programs and devices that it went through.
//
// It goes by lists of what stays. What a format's list does not name is blanked or left out, so that a tag nobody has
// thought of is gone too. The sounds and pictures themselves are neither decoded nor made again: what is seen and heard
// in them, and what an encoder has written between them, stays.
//
//	clean, err := recording.Strip("video/mp4", file)
//	if err != nil { … } // damaged, or built in a way that is not read here; the error has a hint
package recording

import (
	"errors"
	"fmt"
)

// MaxBytes is the size of a recording's file.
const MaxBytes = 64 << 20

// ErrDamaged is returned for a file that is cut short, or not what it says it is.
var ErrDamaged = errors.New("cut short or damaged")

// Strip returns a recording without metadata, and leaves file as it is. The media type is audio/mpeg, audio/ogg,
// audio/mp4, video/mp4 or video/webm. What Strip returns, it returns unchanged when asked again, so that a file can be
// told to be clean.
func Strip(mediaType string, file []byte) ([]byte, error) {
	if len(file) > MaxBytes {
		return nil, fmt.Errorf("%d bytes are over the limit of %d", len(file), MaxBytes)
	}
	switch mediaType {
	case "audio/mpeg":
		return stripMP3(file)
	case "audio/ogg":
		return stripOgg(file)
	case "audio/mp4", "video/mp4":
		return stripMP4(file)
	case "video/webm":
		return stripWebM(file)
	}
	return nil, fmt.Errorf("no sound or film is of the type %q", mediaType)
}
