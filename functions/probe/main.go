// Command probe is the Lambda function that runs one journey, for one slot, from its region.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	p := &probe{getenv: os.Getenv, out: os.Stdout}
	lambda.Start(p.Handle)
}
