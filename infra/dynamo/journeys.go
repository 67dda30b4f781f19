package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

const journeyList = "JOURNEYS"

// addJourney adds a journey to the list of journeys, once per process.
func (s *Store) addJourney(ctx context.Context, name string) error {
	if _, known := s.known.Load(name); known {
		return nil
	}
	row, err := key(journeyList, "#"+name) // a sort key must not be empty
	if err != nil {
		return err
	}
	if _, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.cfg.Table, Item: row}); err != nil {
		return err
	}
	s.known.Store(name, true)
	return nil
}

// journeys lists the names of the journeys that have runs.
func (s *Store) journeys(ctx context.Context) ([]string, error) {
	in := s.query(journeyList, "#", "$") // the character after #
	var names []string
	err := s.each(ctx, in, 0, func(row attributes) error {
		names = append(names, readText(row, SortKey)[len("#"):])
		return nil
	})
	return names, err
}
