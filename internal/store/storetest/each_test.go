package storetest_test

import (
	"testing"

	"github.com/bailiwick-iam/bailiwick/internal/store"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
)

func TestEachGivesAMigratedStoreOfBothEngines(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		pending, err := s.Pending(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if pending {
			t.Errorf("migrations pending on %s: got true, want false", s.Engine())
		}
	})
}
