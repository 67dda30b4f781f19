// Command probe is the Lambda function that runs one journey, for one slot, from its region.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"valkyrie/functions/suite"
)

func main() {
	p := &probe{watched: suite.Yours(), getenv: os.Getenv, out: os.Stdout}
	lambda.Start(p.Handle)
}
