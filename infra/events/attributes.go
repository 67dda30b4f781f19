package events

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"
)

// attributes are those of a message, all of them text.
func attributes(pairs map[string]string) map[string]snstypes.MessageAttributeValue {
	all := map[string]snstypes.MessageAttributeValue{}
	for name, value := range pairs {
		all[name] = snstypes.MessageAttributeValue{DataType: aws.String("String"), StringValue: &value}
	}
	return all
}
