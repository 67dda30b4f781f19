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

// pokeLimit is how long a poke may take.
const pokeLimit = 3 * time.Second

// Poked is what the pager is invoked with when it is poked. What the clock sends has no such field.
type Poked struct {
	Poked string `json:"poked"` // why
}

// Poke wakes the pager of a region now, rather than with the next minute. A poke that is lost costs that minute, and
// nothing else; so it is logged, and is nobody's error.
func (s *Services) Poke(ctx context.Context, why, region string) {
	if s.Env.Pager == "" {
		return
	}
	if err := s.poke(ctx, why, region); err != nil {
		s.Log.Warn("the pager could not be poked; it looks by itself within a minute", "region", region, "err", err)
	}
}

func (s *Services) poke(ctx context.Context, why, region string) error {
	return Wake(ctx, s.AWS, region, s.Env.Pager, why)
}

// Wake pokes a pager by the name of its function. It returns once Lambda has taken the poke, not once the pager has looked.
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
