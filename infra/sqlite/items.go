package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"valkyrie/alerts/incident"
)

// Item implements [incident.Items].
func (s *Store) Item(ctx context.Context, key string) (incident.Item, error) {
	item := incident.Item{Key: key}
	err := s.read(ctx, func(tx *sql.Tx) error {
		row := tx.QueryRowContext(ctx, "SELECT version, data FROM items WHERE key = ?", key)
		err := row.Scan(&item.Version, &item.Data)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return incident.Item{}, fmt.Errorf("read item %q: %w", key, err)
	}
	return item, nil
}

// PutItem implements [incident.Items].
func (s *Store) PutItem(ctx context.Context, item incident.Item) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		result, err := putItem(ctx, tx, item)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return incident.ErrConflict
	})
	if err != nil {
		return fmt.Errorf("write item %q over version %d: %w", item.Key, item.Version, err)
	}
	return nil
}

// putItem writes one row, or none if the stored version differs from the item's.
func putItem(ctx context.Context, tx *sql.Tx, item incident.Item) (sql.Result, error) {
	data := item.Data
	if data == nil {
		data = []byte{} // the driver writes NULL for nil
	}
	if item.Version == 0 {
		const create = "INSERT INTO items (key, version, data) VALUES (?, 1, ?) ON CONFLICT DO NOTHING"
		return tx.ExecContext(ctx, create, item.Key, data)
	}
	const update = "UPDATE items SET version = version + 1, data = ? WHERE key = ? AND version = ?"
	return tx.ExecContext(ctx, update, data, item.Key, item.Version)
}
