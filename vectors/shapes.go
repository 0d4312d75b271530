package vectors

// Hashes are 64 lower-case hex digits; times are RFC 3339 in UTC.

// Raw is the input of a parser that needs nothing but bytes. It is also the answer of path.json, the path's key, and of
// key.json, the key's path.
type Raw struct {
	Bytes Bytes `json:"bytes"`
}

// ObjectPathValue is what the path of an object is (objectpath.json).
type ObjectPathValue struct {
	Hash string `json:"hash"`
}

// EntryValue is what an entry says (entry.json). Its hashes are those of the encoding.
type EntryValue struct {
	MediaType string   `json:"media_type"`
	Encoding  string   `json:"encoding"` // "identity" or "gzip"
	Loose     bool     `json:"loose,omitempty"`
	Stored    int64    `json:"stored"`
	Plain     int64    `json:"plain"`
	Objects   []string `json:"objects,omitempty"`
	Pieces    []string `json:"pieces,omitempty"`
	List      string   `json:"list,omitempty"`
}

// NodeValue is what a tree node says (node.json).
type NodeValue struct {
	Level int         `json:"level"`
	Items []NodeEntry `json:"items"`
}

// NodeEntry is an item of a node; Body is the encoded entry in a leaf, the child's hash above.
type NodeEntry struct {
	Key  Bytes  `json:"key"`
	Body string `json:"body"`
}

// Boundary asks whether a node of a level may end after a key (boundary.json).
type Boundary struct {
	Level int    `json:"level"`
	Key   string `json:"key"`
}

// BoundaryValue answers Boundary.
type BoundaryValue struct {
	Boundary bool `json:"boundary"`
}

// Tree asks for the root of a tree (tree.json): of the leaves, or of those of the case Base and Edits to them. Each
// file is of text/html, identity.
type Tree struct {
	Base   string `json:"base,omitempty"`
	Leaves []Leaf `json:"leaves,omitempty"`
	Edits  []Leaf `json:"edits,omitempty"`
}

// A Leaf is a file; with Remove, one that is taken away.
type Leaf struct {
	Path   string `json:"path"`
	Text   string `json:"text,omitempty"`
	Remove bool   `json:"remove,omitempty"`
}

// TreeValue is a tree: its root, the number of nodes of each level from 0 up, and the hash of all its different nodes'
// hashes, sorted and joined.
type TreeValue struct {
	Root   string `json:"root"`
	Levels []int  `json:"levels"`
	Nodes  string `json:"nodes"`
}

// Proof asks a tree, of which a mirror has but some nodes (proof.json), for the entry of Path, or, when Path is "",
// for all keys from From up to, not including, To; a To of "" has no end.
type Proof struct {
	Root    string           `json:"root"`
	Objects map[string]Bytes `json:"objects"` // by the hash under which the mirror has them
	Path    string           `json:"path,omitempty"`
	From    Bytes            `json:"from,omitempty"`
	To      Bytes            `json:"to,omitempty"`
}

// ProofValue answers Proof: an entry, in hex, or its absence; or the paths of a range.
type ProofValue struct {
	Entry  string   `json:"entry,omitempty"`
	Absent bool     `json:"absent,omitempty"`
	Paths  []string `json:"paths,omitempty"`
}

// Stored asks how a file is cut (object.json): one of application/octet-stream, identity.
type Stored struct {
	Stored Bytes `json:"stored"`
}

// StoredValue is the entry of a file in hex, and the objects that hold it, the list last where there is one.
type StoredValue struct {
	Entry   string   `json:"entry"`
	Objects []string `json:"objects"`
	Sizes   []int    `json:"sizes"`
}

// List asks what the list of an entry names (list.json).
type List struct {
	Entry Bytes `json:"entry"`
	List  Bytes `json:"list"`
}

// ListValue answers List.
type ListValue struct {
	Objects []string `json:"objects"`
	Pieces  []string `json:"pieces"`
}

// Encoded asks for the plain bytes of a file (gzip.json): one of text/plain, gzip, as long as its entry says.
type Encoded struct {
	StoredSize int64 `json:"stored_size"`
	PlainSize  int64 `json:"plain_size"`
	Stored     Bytes `json:"stored"`
}

// EncodedValue answers Encoded.
type EncodedValue struct {
	Plain Bytes `json:"plain"`
}

// ManifestValue is what a manifest says (manifest.json).
type ManifestValue struct {
	Edition   uint64   `json:"edition"`
	Time      string   `json:"time"`
	Root      string   `json:"root"`
	Files     uint64   `json:"files"`
	Bytes     uint64   `json:"bytes"`
	Stories   uint64   `json:"stories"`
	Articles  uint64   `json:"articles"`
	Epoch     uint64   `json:"epoch"`
	Nonce     string   `json:"nonce"`
	Languages []string `json:"languages"`
	Mirrors   []string `json:"mirrors"`
	Record    string   `json:"record"` // the hash of the bytes
}

// TileValue is what the path of a tile or, at level -1, a bundle is (tilepath.json).
type TileValue struct {
	Level int   `json:"level"`
	N     int64 `json:"n"`
	Width int   `json:"width"`
}

// Bundle asks for the records of a bundle (bundle.json).
type Bundle struct {
	Records int   `json:"records"`
	Bytes   Bytes `json:"bytes"`
}

// BundleValue answers Bundle.
type BundleValue struct {
	Records []string `json:"records"`
}

// A Mirror is the files of a mirror of the file of vectors: those of Base, without some, and with others.
type Mirror struct {
	Base    string           `json:"base"`
	Without []string         `json:"without,omitempty"`
	With    map[string]Bytes `json:"with,omitempty"`
}

// A Head is what a checkpoint says of a log.
type Head struct {
	Origin string `json:"origin"`
	Size   int64  `json:"size"`
	Root   string `json:"root"`
}

// Record asks a mirror for the hash of one record's leaf in a log, proved by tiles to belong to a head (log.json).
type Record struct {
	Head   Head   `json:"head"`
	Mirror Mirror `json:"mirror"`
	Index  int64  `json:"index"`
}

// RecordValue answers Record.
type RecordValue struct {
	Leaf string `json:"leaf"`
}

// Heads asks whether one of two heads extends the other, by the tiles of a mirror (consistency.json).
type Heads struct {
	Old    Head   `json:"old"`
	New    Head   `json:"new"`
	Mirror Mirror `json:"mirror"`
}

// HeadsValue answers Heads. A fork is an answer too: only the newsroom's key can have made it.
type HeadsValue struct {
	Fork bool `json:"fork"`
}

// EvidenceValue is what evidence says (evidence.json): the two heads, and how many keys have signed each.
type EvidenceValue struct {
	Old        Head `json:"old"`
	New        Head `json:"new"`
	OldSigners int  `json:"old_signers"`
	NewSigners int  `json:"new_signers"`
}

// Signed is what must be verified under a policy, by its name in the file (checkpoint.json, latest.json).
type Signed struct {
	Policy string `json:"policy"`
	Bytes  Bytes  `json:"bytes"`
}

// SignedValue is a head and who vouched for it; for latest.json with the edition that it is of.
type SignedValue struct {
	Head      Head   `json:"head"`
	AsOf      string `json:"as_of"`
	Witnessed int    `json:"witnessed"`
	Edition   uint64 `json:"edition,omitempty"`
	Record    string `json:"record,omitempty"`
}

// PolicyValue is what a policy says (policy.json).
type PolicyValue struct {
	MaxAge       int64     `json:"max_age"` // seconds
	EditionFloor uint64    `json:"edition_floor"`
	EpochFloor   uint64    `json:"epoch_floor"`
	Cosigner     string    `json:"cosigner"`
	After        []Head    `json:"after"`
	Log          string    `json:"log"`
	Witnesses    []Witness `json:"witnesses"`
	Groups       []Group   `json:"groups"`
	Quorum       string    `json:"quorum"`
}

// Witness is a witness of a policy.
type Witness struct {
	Name string `json:"name"`
	Key  string `json:"key"`
}

// Group is a group of a policy.
type Group struct {
	Name    string   `json:"name"`
	K       int      `json:"k"`
	Members []string `json:"members"`
}

// Trust is the root that a masthead gives and the mirrors that a reader refreshes its trust from, one after another
// (trust/*.json). The root is Root, or trust/1.root.json of the mirror that RootOf names. All refreshes succeed but, when
// the case is refused, the last; the root itself is at fault when there are none.
type Trust struct {
	RootOf    string   `json:"root_of,omitempty"`
	Root      Bytes    `json:"root,omitempty"`
	Refreshes []Mirror `json:"refreshes"`
}

// TrustValue is what the trust has come to.
type TrustValue struct {
	// Files are the paths of those that the trust rests on, sorted.
	Files []string `json:"files"`
	// Policy is the hash of the policy.
	Policy string `json:"policy"`
	// Expires is when the first of the files expires.
	Expires string `json:"expires"`
}

// MastheadValue is what a masthead says (masthead.json); ID is the hash of its root.
type MastheadValue struct {
	Name      string   `json:"name"`
	Languages []string `json:"languages"`
	Mirrors   []string `json:"mirrors"`
	ID        string   `json:"id"`
}

// ShortValue is what the short form of a masthead says (short.json), and what is compared of its root: the lines of
// edition/words.txt, counted from 0, and the digits.
type ShortValue struct {
	Version int64  `json:"version"`
	Root    string `json:"root"`
	Mirror  string `json:"mirror"`
	Name    string `json:"name"`
	Words   []int  `json:"words"`
	Digits  string `json:"digits"`
}

// WholeValue is the edition that a whole mirror holds (mirror.json).
type WholeValue struct {
	Edition uint64 `json:"edition"`
}

// Freshness asks how fresh a head is (freshness.json).
type Freshness struct {
	Now          string `json:"now"`
	AsOf         string `json:"as_of"`
	MaxAge       int64  `json:"max_age"` // seconds
	TrustExpires string `json:"trust_expires"`
	Live         string `json:"live,omitempty"`       // the newest as-of time that a mirror gave over a network
	NotBefore    string `json:"not_before,omitempty"` // a time that has certainly passed
}

// FreshnessValue answers Freshness.
type FreshnessValue struct {
	Fresh string `json:"fresh"`
	Age   int64  `json:"age"` // seconds
}

// BreakingValue is what a file of breaking news says (breaking.json).
type BreakingValue struct {
	Stories []BreakingLine `json:"stories"`
}

// BreakingLine is a story that is breaking news.
type BreakingLine struct {
	Until    string `json:"until"`
	Path     string `json:"path"`
	Headline string `json:"headline"`
}
