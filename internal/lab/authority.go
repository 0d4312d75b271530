package lab

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"time"
)

// An authority issues certificates that are good in one network alone, with a chain as long and as large as those of
// the web: a freeze counts their bytes too.
type authority struct {
	root  *x509.Certificate
	inter *x509.Certificate
	key   *ecdsa.PrivateKey // of inter
}

// The sizes that a chain of the web has beyond ours: two timestamps of certificate logs in a leaf, an RSA signature and
// the addresses of lists in an intermediate. With them a full chain has about 2.5 kB, as Let's Encrypt's has.
const (
	leafFill  = 420
	interFill = 620
)

// valid is when the lab's certificates are: at any time of its readers.
var valid = [2]time.Time{time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)}

func newAuthority(name string) (*authority, error) {
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	a := &authority{}
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, err
	}
	if a.root, err = certificate(name, 0, true, nil, &rootKey.PublicKey, rootKey); err != nil {
		return nil, err
	}
	a.inter, err = certificate(name+" R1", interFill, true, a.root, &a.key.PublicKey, rootKey)
	return a, err
}

// issue makes a server's certificate, and a key for it.
func (a *authority) issue(name string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := certificate(name, leafFill, false, a.inter, &key.PublicKey, a.key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{leaf.Raw, a.inter.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

// certificate makes a certificate of a key; without a parent it signs itself.
func certificate(name string, fill int, isCA bool, parent *x509.Certificate, of *ecdsa.PublicKey, by *ecdsa.PrivateKey) (*x509.Certificate, error) {
	filling := make([]byte, fill)
	_, _ = rand.Read(filling) // never fails
	t := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(append([]byte{1}, filling[:min(fill, 15)]...)),
		Subject:      pkix.Name{CommonName: name}, NotBefore: valid[0], NotAfter: valid[1],
		BasicConstraintsValid: true, IsCA: isCA, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, Value: filling}},
	}
	if isCA {
		t.KeyUsage = x509.KeyUsageCertSign
	} else {
		t.DNSNames, t.ExtKeyUsage = []string{name}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	}
	if parent == nil {
		parent = t
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, of, by)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}
