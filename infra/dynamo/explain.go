package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// explain says what was being done to which table when an error came, and what can be done about it. A context that has
// ended is named as the reason.
func (s *Store) explain(ctx context.Context, doing string, err error) error {
	where := fmt.Sprintf("%s: table %q in %s", doing, s.cfg.Table, s.cfg.Region)
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

// cure says what DynamoDB's error code means for this table, and what to do.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
func (s *Store) cure(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		if errors.As(err, new(*smithyhttp.RequestSendError)) {
			return "cannot be reached; is the region's name right, and is there a network?"
		}
		return ""
	}
	switch api.ErrorCode() {
	case "ResourceNotFoundException":
		return "does not exist; deploy first, or name another table or region"
	case "AccessDeniedException":
		return "may not be used with these credentials; they need the dynamodb actions that the error names"
	case "UnrecognizedClientException", "InvalidSignatureException", "InvalidClientTokenId", "IncompleteSignatureException", "MissingAuthenticationToken":
		return "does not take these credentials; are they of the right account? (`aws sts get-caller-identity` tells)"
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired":
		return "does not take these credentials any more: they have expired; log in again"
	case "ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded":
		return fmt.Sprintf("takes no more at the moment, after %d attempts; it is meant to be billed per request (on demand)", mostAttempts)
	}
	return ""
}
