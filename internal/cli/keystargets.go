package cli

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"coranto/internal/durable"
	"coranto/internal/keys"
)

var keysTargetsCommand = command{
	name:  "targets",
	usage: "carry FILE | renew --targets-key FILE | bring --targets-key FILE",
	short: "takes the key that signs the policy to another place",
	long: `
The key of targets signs the policy: whose signatures readers want, and how far they believe them. publish does not need it
for a year at a time. Carried elsewhere, whoever steals the publishing machine can't name another co-signer or fewer witnesses.

carry   writes the key to FILE, encrypted with a passphrase that it asks for, and removes it here. Keep two copies of the file
        and give one to somebody else: a key that is lost is replaced with root keys (coranto keys rotate targets).
renew   signs the policy of now for another year.
bring   puts the key back.

Commands that change the policy take it with --targets-key FILE.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		var t targetsKey
		t.flags(fs)
		return func(ctx context.Context, args []string) error {
			switch {
			case len(args) == 2 && args[0] == "carry":
				return e.carryTargets(ctx, args[1], t)
			case len(args) == 1 && args[0] == "renew":
				return e.withTargets(ctx, t, func(_ *newsroom, k *keys.Keys) error {
					if err := k.RenewTargets(time.Now()); err != nil {
						return explainPolicy(err)
					}
					e.say("the policy is signed until %s. Next: coranto publish", k.ExpiresOf("targets").Format(time.DateOnly))
					return nil
				})
			case len(args) == 1 && args[0] == "bring":
				return e.bringTargets(ctx, t)
			}
			return usagef("keys targets wants carry FILE, renew or bring")
		}
	},
}

// A targetsKey is the key of targets as a command is given it, where it is kept elsewhere.
type targetsKey struct{ file, passphrases string }

func (t *targetsKey) flags(fs *flag.FlagSet) {
	fs.StringVar(&t.file, "targets-key", "", "the `FILE` with the key of targets, where that is kept elsewhere")
	fs.StringVar(&t.passphrases, "passphrases", "", "a `FILE` of passphrases, one a line, instead of asking")
}

// open decrypts the key; nil without a file.
func (t targetsKey) open(ctx context.Context, e *env) (ed25519.PrivateKey, error) {
	if t.file == "" {
		return nil, nil
	}
	p, err := newPrompter(e, t.passphrases)
	if err != nil {
		return nil, err
	}
	opened, err := p.rootKeys(ctx, []string{t.file})
	if err != nil {
		return nil, err
	}
	return opened[0], nil
}

// withTargets is withKeys for a change of the policy, with the key of targets lent where it is given.
func (e *env) withTargets(ctx context.Context, t targetsKey, f func(*newsroom, *keys.Keys) error) error {
	key, err := t.open(ctx, e)
	if err != nil {
		return err
	}
	return e.withKeys(ctx, true, func(n *newsroom, k *keys.Keys) error {
		if key != nil {
			if err := k.UseTargets(key); err != nil {
				return err
			}
		}
		return f(n, k)
	})
}

func (e *env) carryTargets(ctx context.Context, file string, t targetsKey) error {
	if _, err := os.Lstat(file); err == nil {
		return withHint(fmt.Errorf("%s is there already", file), "choose another file")
	}
	p, err := newPrompter(e, t.passphrases)
	if err != nil {
		return err
	}
	return e.withKeys(ctx, true, func(_ *newsroom, k *keys.Keys) error {
		passphrase, err := p.ask(ctx, file, true)
		if err != nil {
			return err
		}
		err = k.CarryTargets(func(key ed25519.PrivateKey) error {
			b, err := keys.Encrypt(key, passphrase, cmp.Or(e.work, keys.DefaultWork))
			if err != nil {
				return err
			}
			dir, err := os.OpenRoot(filepath.Dir(file))
			if err != nil {
				return err
			}
			defer dir.Close()
			return durable.WritePrivate(dir, filepath.Base(file), b)
		})
		if err != nil {
			return explainPolicy(err)
		}
		e.say("carry %s away, and a copy of it to another place: the key is no longer here", file)
		return nil
	})
}

func (e *env) bringTargets(ctx context.Context, t targetsKey) error {
	key, err := t.open(ctx, e)
	if err != nil {
		return err
	}
	if key == nil {
		return &usageError{errors.New("keys targets bring wants --targets-key FILE")}
	}
	return e.withKeys(ctx, true, func(_ *newsroom, k *keys.Keys) error {
		if err := k.BringTargets(key); err != nil {
			return err
		}
		e.say("the key of targets is here again")
		return nil
	})
}
