// Package storetest is the suite that every store passes: each behaviour that package store documents, a run of random
// operations against a model in memory, and what two publishers do to each other.
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) store.Store { … })
//	}
package storetest

import (
	"testing"

	"coranto/internal/store"
)

// Run runs the suite. open returns an empty store of its own each time, and closes it when its test ends.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for name, test := range map[string]func(*testing.T, *bench){
		"Empty":            testEmpty,
		"PutAndRead":       testPutAndRead,
		"PutSameAgain":     testPutSameAgain,
		"PutMerges":        testPutMerges,
		"PutRefuses":       testPutRefuses,
		"PutManyAllOrNone": testPutManyAllOrNone,
		"UnicodeIDs":       testUnicodeIDs,
		"Secrets":          testSecrets,

		"Media":             testMedia,
		"MediaRefuses":      testMediaRefuses,
		"MediaReplaced":     testMediaReplaced,
		"ConcurrentWriters": testConcurrentWriters,

		"Addresses":          testAddresses,
		"AddressStays":       testAddressStays,
		"SlugCollisions":     testSlugCollisions,
		"Embargo":            testEmbargo,
		"NextDue":            testNextDue,
		"BackInTime":         testBackInTime,
		"SettleTwice":        testSettleTwice,
		"Numbering":          testNumbering,
		"Holes":              testHoles,
		"BodyCorrection":     testBodyCorrection,
		"HeadlineCorrection": testHeadlineCorrection,
		"OldCorrection":      testOldCorrection,
		"AnotherDay":         testAnotherDay,
		"Topics":             testTopics,
		"FrontTopics":        testFrontTopics,
		"TopicRenamed":       testTopicRenamed,
		"Links":              testLinks,
		"Sources":            testSources,
		"ChangesOnce":        testChangesOnce,
		"SettledOnly":        testSettledOnly,
		"Isolation":          testIsolation,
		"ParallelReads":      testParallelReads,
		"AnyOrder":           testAnyOrder,
		"Random":             testRandom,

		"PlacesAndAuthors": testPlacesAndAuthors,
		"Breaking":         testBreaking,
		"CorrectionsStay":  testCorrectionsStay,
		"Related":          testRelated,
		"Subtitles":        testSubtitles,
		"Standing":         testStanding,
		"StandingMedia":    testStandingMedia,
		"OldAddresses":     testOldAddresses,

		"Holdings": testHoldings,

		"Outings":           testOutings,
		"OutingsBackInTime": testOutingsBackInTime,
		"PackPeriods":       testPackPeriods,
		"PackAround":        testPackAround,
		"PackMedia":         testPackMedia,
		"PackProtects":      testPackProtects,
		"PackGone":          testPackGone,
		"Supplements":       testSupplements,
		"Seed":              testSeed,

		"Batches":      testBatches,
		"Findings":     testFindings,
		"Fetched":      testFetched,
		"Moved":        testMoved,
		"Comments":     testComments,
		"ImportErased": testImportErased,

		"Withdraw":     testWithdraw,
		"RestoreKeeps": testRestoreKeeps,
		"Erase":        testErase,
		"Purge":        testPurge,

		"Seal":           testSeal,
		"SealConflict":   testSealConflict,
		"SealConcurrent": testSealConcurrent,
		"SealRefuses":    testSealRefuses,
		"Files":          testFiles,
		"Objects":        testObjects,
		"Log":            testLog,
		"Delivered":      testDelivered,

		"Adopt":            testAdopt,
		"AdoptIntoNothing": testAdoptIntoNothing,
		"AdoptRefuses":     testAdoptRefuses,
		"AdoptOfANewLog":   testAdoptOfANewLog,
		"Restore":          testRebuild,
		"RestoreOutings":   testRebuildOutings,
		"RestoreRefuses":   testRebuildRefuses,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, &bench{t: t, Store: open(t), open: open})
		})
	}
}
