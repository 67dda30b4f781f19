// Command pager is the Lambda function that looks, every minute and when it is poked, for what is due.
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
		slog.New(slog.NewJSONHandler(os.Stdout, nil)).Error("the pager cannot start: nobody would be called", "err", err)
		os.Exit(1) // Lambda reports a failed start, and tries again
	}
	lambda.Start(p.Handle)
}
