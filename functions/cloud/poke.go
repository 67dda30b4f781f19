package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// pokeLimit is the timeout of a poke.
const pokeLimit = 3 * time.Second

// Poked is the payload of a poke. The schedule's payload lacks this field.
type Poked struct {
	Poked string `json:"poked"` // the reason
}

// Poke wakes the pager of a region before its next scheduled minute. A lost poke only costs the rest of that minute, so its
// error is logged and not returned.
func (s *Services) Poke(ctx context.Context, why, region string) {
	if s.Env.Pager == "" {
		return
	}
	if err := s.poke(ctx, why, region); err != nil {
		s.Log.Warn("poke the pager: failed; its schedule invokes it within a minute", "region", region, "err", err)
	}
}

func (s *Services) poke(ctx context.Context, why, region string) error {
	return Wake(ctx, s.AWS, region, s.Env.Pager, why)
}

// Wake pokes a pager by the name of its function. It returns once Lambda has queued the poke, before the pager runs.
func Wake(ctx context.Context, cfg aws.Config, region, pager, why string) error {
	ctx, cancel := context.WithTimeout(ctx, pokeLimit)
	defer cancel()
	payload, err := json.Marshal(Poked{why})
	if err != nil {
		return err
	}
	client := lambda.NewFromConfig(cfg, func(o *lambda.Options) { o.Region = region })
	out, err := client.Invoke(ctx, &lambda.InvokeInput{
		FunctionName: &pager, InvocationType: types.InvocationTypeEvent, Payload: payload,
	})
	if err == nil && aws.ToString(out.FunctionError) != "" {
		err = errors.New(*out.FunctionError)
	}
	return err
}
