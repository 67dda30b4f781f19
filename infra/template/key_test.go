package template_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// multiRegionKey is the id of a key that has a replica in each region.
const multiRegionKey = "mrk-0123456789abcdef0123456789abcdef"

// via names the service through which a role uses a key, as part of the action: "kms:Decrypt via ssm.eu-west-1.amazonaws.com". The
// condition kms:ViaService keeps a role from decrypting anything itself.
func via(action, service, region string) string {
	return fmt.Sprintf("%s via %s.%s.amazonaws.com", action, service, region)
}

// keyUses are the requests to KMS that each request of ours causes in the name of the role. DynamoDB's are those of the policy in
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html; S3's are in
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html.
var keyUses = map[string][]string{
	"dynamodb:":                     strings.Fields("kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey kms:ReEncryptFrom kms:ReEncryptTo"),
	"s3:PutObject":                  {"kms:GenerateDataKey"},
	"s3:GetObject":                  {"kms:Decrypt"},
	"ssm:GetParameter":              {"kms:Decrypt"},
	"ssm:GetParametersByPath":       {"kms:Decrypt"},
	"secretsmanager:GetSecretValue": {"kms:Decrypt"},
}

// keyCalls lists the requests to KMS that the calls of a function cause.
func (s *stack) keyCalls(calls []call) []call {
	if s.parameters["KeyId"] == "" {
		return nil
	}
	made := map[call]bool{}
	for _, c := range calls {
		service, _, _ := strings.Cut(c.action, ":")
		uses := slices.Concat(keyUses[c.action], keyUses[service+":"])
		if strings.HasPrefix(c.arn, "arn:aws:s3:::"+s.named("StatusBucket")) {
			continue // encrypted by S3's own key
		}
		region := s.region
		if parts := strings.SplitN(c.arn, ":", 5); len(parts) == 5 && parts[3] != "" {
			region = parts[3]
		}
		in := []string{region}
		if c.action == "s3:GetObject" { // evidence, of all regions
			in = strings.Split(text(s.parameters["ProbeRegions"]), ",")
		}
		for _, region := range in {
			for _, use := range uses {
				made[call{via(use, service, region), s.key(region)}] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(made), func(a, b call) int { return strings.Compare(a.action+a.arn, b.action+b.arn) })
}

// key returns the ARN of the key in a region.
func (s *stack) key(region string) string {
	return fmt.Sprintf("arn:aws:kms:%s:%s:key/%s", region, account, s.parameters["KeyId"])
}

// encrypted checks that the table, the evidence and the logs have the key of their region, or AWS's own without one. The status page
// has S3's own in any case: customers read it.
func (s *stack) encrypted(all map[string]map[string]any) (faults []string) {
	keyed := s.parameters["KeyId"] != ""
	want := func(id string, got, own, withKey any) {
		if keyed {
			own = withKey
		}
		if all[id] != nil && fmt.Sprint(got) != fmt.Sprint(own) {
			faults = append(faults, fmt.Sprintf("%s: encryption: expected %v, got %v", id, own, got))
		}
	}
	key := s.key(s.region)
	want("Table", at(all["Table"], "Properties", "SSESpecification"), nil, map[string]any{"SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": key})
	rules := func(id string) any {
		return list(at(all[id], "Properties", "BucketEncryption", "ServerSideEncryptionConfiguration"))
	}
	own := []any{map[string]any{"ServerSideEncryptionByDefault": map[string]any{"SSEAlgorithm": "AES256"}}}
	want("Evidence", rules("Evidence"), own, []any{map[string]any{
		"BucketKeyEnabled": true, "ServerSideEncryptionByDefault": map[string]any{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key},
	}})
	want("StatusBucket", rules("StatusBucket"), own, own)
	for id, r := range all {
		if r["Type"] == "AWS::Logs::LogGroup" {
			want(id, at(r, "Properties", "KmsKeyId"), nil, key)
		}
	}
	return faults
}
