package storetest

import "testing"

func testRandom(t *testing.T, b *bench) {}
