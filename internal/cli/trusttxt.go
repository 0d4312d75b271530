package cli

import "coranto/internal/site"

// trustConfig is what coranto.toml has the site say in trust.txt.
type trustConfig struct {
	Member       []string `toml:"member"`
	BelongTo     []string `toml:"belongto"`
	Control      []string `toml:"control"`
	ControlledBy []string `toml:"controlledby"`
	Social       []string `toml:"social"`
	Vendor       []string `toml:"vendor"`
	Customer     []string `toml:"customer"`
	Disclosure   []string `toml:"disclosure"`
	Contact      []string `toml:"contact"`
	Training     string   `toml:"datatrainingallowed"`
}

// lines returns the lines of trust.txt, in the order in which the file says such things.
func (c trustConfig) lines() []site.TrustLine {
	training := []string{c.Training}
	if c.Training == "" {
		training = nil
	}
	values := map[string][]string{
		"member": c.Member, "belongto": c.BelongTo, "control": c.Control, "controlledby": c.ControlledBy,
		"social": c.Social, "vendor": c.Vendor, "customer": c.Customer, "disclosure": c.Disclosure,
		"contact": c.Contact, "datatrainingallowed": training,
	}
	var lines []site.TrustLine
	for _, attribute := range site.TrustAttributes() {
		for _, v := range values[attribute] {
			lines = append(lines, site.TrustLine{Attribute: attribute, Value: v})
		}
	}
	return lines
}

func (c trustConfig) check() error { return site.CheckTrust(c.lines()) }
