// Command webhook is the Lambda function behind the address that Twilio, people's texts and batches post to.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"valkyrie/functions/suite"
)

func main() {
	w, err := open(context.Background(), suite.Yours(), os.Getenv)
	if err != nil {
		slog.New(slog.NewJSONHandler(os.Stdout, nil)).Error("start the webhook: failed; no key press is received until it starts", "err", err)
		os.Exit(1) // Lambda reports a failed start, and retries
	}
	lambda.Start(w.Handle)
}
