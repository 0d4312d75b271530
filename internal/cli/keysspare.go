package cli

import (
	"fmt"

	"coranto/internal/keys"
)

// spareRoots says how many of the root's keys may be lost before nobody can ever sign the root again.
func spareRoots(list []keys.Listed) string {
	for _, l := range list {
		if l.Role != "root" {
			continue
		}
		switch spare := l.Of - l.Threshold; {
		case l.Of == 1 && l.Where != "":
			return "the root has one key, and it is here: if it is lost or stolen, readers need a new masthead. " +
				"coranto keys root split gives it to several people"
		case spare == 0:
			return fmt.Sprintf("all %d root keys must sign: not one of them may be lost", l.Of)
		default:
			return fmt.Sprintf("%d of %d root keys must sign: %d of them may be lost, and no more", l.Threshold, l.Of, spare)
		}
	}
	return ""
}

// rootLostHint says what is left when too many of the root's keys are lost.
const rootLostHint = "where too many are lost for good, nobody can sign the root again, and readers need a new masthead: docs/recovery.md"
