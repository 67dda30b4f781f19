package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// explain adds the action, the table and the cure to an error. If ctx has ended, that becomes the cause.
func (s *Store) explain(ctx context.Context, action string, err error) error {
	where := fmt.Sprintf("%s: table %q in %s", action, s.cfg.Table, s.cfg.Region)
	if s.cfg.Endpoint != "" {
		where += " at " + s.cfg.Endpoint
	}
	if ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		return fmt.Errorf("%s: %w (%v)", where, ctx.Err(), err)
	}
	if cure := s.cure(err); cure != "" {
		return fmt.Errorf("%s %s: %w", where, cure, err)
	}
	return fmt.Errorf("%s: %w", where, err)
}

// cure explains DynamoDB's error code for this table, with the remedy; "" if the code is not known.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
func (s *Store) cure(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		if errors.As(err, new(*smithyhttp.RequestSendError)) {
			return "cannot be reached; check the region's name and the network"
		}
		return ""
	}
	switch api.ErrorCode() {
	case "ResourceNotFoundException":
		return "does not exist; deploy first, or name another table or region"
	case "AccessDeniedException":
		return "denies access to these credentials; grant them the dynamodb actions that the error names"
	case "UnrecognizedClientException", "InvalidSignatureException", "InvalidClientTokenId", "IncompleteSignatureException", "MissingAuthenticationToken":
		return "rejects these credentials; check their account (`aws sts get-caller-identity`)"
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired":
		return "rejects these credentials, which have expired; log in again"
	case "ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded":
		return fmt.Sprintf("throttles requests, after %d attempts; set its billing mode to on demand", maxAttempts)
	}
	return ""
}
