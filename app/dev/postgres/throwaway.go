//go:build unix

package postgres

import (
	"context"
	"path/filepath"
)

// startThrowaway keeps everything in the run folder.
func (l *launcher) startThrowaway(ctx context.Context, s *Server) error {
	data := filepath.Join(s.run.path, "data")
	if err := l.initdb(ctx, data, "--no-sync"); err != nil {
		return err
	}
	return l.serve(ctx, s, data, filepath.Join(s.run.path, "log"),
		"fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
		"autovacuum=off", "jit=off", "shared_buffers=64MB", "max_connections=400", "max_locks_per_transaction=128")
}
