// Command pager is the Lambda function that sends due pages. It runs every minute and when it is poked.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"valkyrie/functions/suite"
)

func main() {
	p, err := open(context.Background(), suite.Yours(), os.Getenv, os.Stdout)
	if err != nil {
		slog.New(slog.NewJSONHandler(os.Stdout, nil)).Error("start the pager: failed; no page is sent until it starts", "err", err)
		os.Exit(1) // Lambda reports a failed start, and retries
	}
	lambda.Start(p.Handle)
}
