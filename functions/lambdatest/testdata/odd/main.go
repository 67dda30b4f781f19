// Command odd is a function that follows the instructions in its events, for the tests of the harness.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	switch os.Getenv("AT_START") {
	case "exit":
		os.Exit(3)
	case "hang":
		<-time.After(time.Hour)
	}
	count := 0
	lambda.Start(func(ctx context.Context, do string) (string, error) {
		count++
		switch do {
		case "fail":
			return "", errors.New("as told")
		case "panic":
			panic("as told")
		case "exit":
			os.Exit(4)
		case "hang":
			<-time.After(time.Hour)
		case "spawn":
			return "", exec.Command("sleep", "1000").Start()
		case "write":
			return fmt.Sprint(os.WriteFile("/var/task/x", nil, 0o600)), os.WriteFile(os.TempDir()+"/x", nil, 0o600)
		}
		end, _ := ctx.Deadline()
		return fmt.Sprintf("event %d, %t", count, time.Until(end) > 0), nil
	})
}
