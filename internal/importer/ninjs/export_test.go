package ninjs

// Limit has a source refuse documents of more than some bytes, so that tests need none of 64 MiB.
func (s *Source) Limit(most int) { s.drop.most = most }
