package doctor_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"valkyrie/infra/doctor"
)

const keyID = "mrk-0123456789abcdef0123456789abcdef"

// guidePolicy returns the key's policy of infra/README.md, for an account and a deployment, with the text that stands for the region of
// the logs as it is there.
func guidePolicy(t *testing.T) string {
	t.Helper()
	guide, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```json\n(\\{\\s+\"Version\".*?kms.*?)```").FindSubmatch(guide)
	if found == nil {
		t.Fatal("infra/README.md has no policy of a key")
	}
	return strings.ReplaceAll(string(found[1]), "111122223333", "123456789012")
}

// TestKey: the policy that the guide gives is enough in each region, and each fault of the key is found.
func TestKey(t *testing.T) {
	const all = home + "," + standby + "," + third
	everywhere := func(says string) []string {
		return []string{"key in eu-central-1: " + says, "key in eu-west-1: " + says, "key in us-east-1: " + says}
	}
	for name, c := range map[string]struct {
		regions, state string
		multi          bool
		old, planted   string // in the policy
		verdict        doctor.Verdict
		says           []string
	}{
		"as in the guide":      {all, "Enabled", true, "", "", doctor.OK, nil},
		"one region":           {home, "Enabled", false, "", "", doctor.OK, nil},
		"a key of one region":  {all, "Enabled", false, "", "", doctor.Problem, everywhere("is of one region")},
		"disabled":             {all, "Disabled", true, "", "", doctor.Problem, everywhere("is Disabled: nothing can be read or written")},
		"to be deleted":        {home, "PendingDeletion", true, "", "", doctor.Problem, []string{"key in eu-west-1: is PendingDeletion"}},
		"no replica":           {home, "", true, "", "", doctor.Problem, []string{"key in eu-west-1: DescribeKey " + keyID + ": kms in eu-west-1 answered 400 Bad Request: {\"__type\":\"NotFoundException\"}"}},
		"no logs":              {home, "Enabled", true, "logs.eu-west-1.amazonaws.com", "logs.*.amazonaws.com", doctor.Problem, []string{"key in eu-west-1: its policy does not let logs.eu-west-1.amazonaws.com call kms:Encrypt, kms:Decrypt, kms:ReEncryptFrom, kms:ReEncryptTo, kms:GenerateDataKey, kms:DescribeKey for the log groups /aws/lambda/valkyrie-*"}},
		"logs of one region":   {home + "," + third, "Enabled", true, `, "logs.us-east-1.amazonaws.com"]`, "]", doctor.Problem, []string{"key in us-east-1: its policy does not let logs.us-east-1"}},
		"logs cannot be read":  {home, "Enabled", true, `"kms:Decrypt*", `, "", doctor.Problem, []string{"key in eu-west-1: its policy does not let logs.eu-west-1.amazonaws.com call kms:Decrypt for"}},
		"another deployment's": {home, "Enabled", true, "lambda/valkyrie-", "lambda/shop-", doctor.Problem, []string{"key in eu-west-1: its policy does not let logs.eu-west-1"}},
		"the probe's logs":     {home, "Enabled", true, "lambda/valkyrie-*", "lambda/valkyrie-probe", doctor.Problem, []string{"key in eu-west-1: its policy does not let logs.eu-west-1"}},
		"logs denied":          {home, "Enabled", true, `"ForItsLogs", "Effect": "Allow"`, `"ForItsLogs", "Effect": "Deny"`, doctor.Problem, []string{"key in eu-west-1: its policy does not let logs.eu-west-1"}},
		"one person's key":     {home, "Enabled", true, ":root", ":user/ada", doctor.Problem, []string{"key in eu-west-1: its policy does not let the account's IAM policies use it"}},
		"another account's":    {home, "Enabled", true, "iam::123456789012", "iam::210987654321", doctor.Problem, []string{"key in eu-west-1: its policy does not let the account's IAM policies use it"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newFakeDeployment(t)
			p.parameters["KeyId"], p.parameters["ProbeRegions"] = keyID, c.regions
			policy := strings.Replace(guidePolicy(t), c.old, c.planted, 1)
			if c.old != "" && policy == guidePolicy(t) {
				t.Fatalf("the policy has no %s", c.old)
			}
			for _, region := range []string{home, standby, third} {
				p.cloud.Serve(region, "kms", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					var request map[string]string
					body, _ := io.ReadAll(r.Body)
					if json.Unmarshal(body, &request) != nil || request["KeyId"] != keyID || c.state == "" {
						w.WriteHeader(http.StatusBadRequest)
						_, _ = io.WriteString(w, `{"__type":"NotFoundException"}`)
						return
					}
					answer := map[string]any{"Policy": policy}
					if r.Header.Get("X-Amz-Target") == "TrentService.DescribeKey" {
						answer = map[string]any{"KeyMetadata": map[string]any{"KeyState": c.state, "MultiRegion": c.multi, "Arn": "arn:aws:kms:" + region + ":123456789012:key/" + keyID}}
					}
					_ = json.NewEncoder(w).Encode(answer)
				}))
			}
			var notOK []doctor.Finding
			for _, f := range p.examine(t) {
				if f.Verdict != doctor.OK {
					notOK = append(notOK, f)
				}
			}
			slices.SortFunc(notOK, func(a, b doctor.Finding) int { return strings.Compare(a.What, b.What) })
			if len(notOK) != len(c.says) {
				t.Fatalf("%d findings, want %d: %v", len(notOK), len(c.says), notOK)
			}
			for i, f := range notOK {
				wantFinding(t, name, f, c.verdict, c.says[i])
			}
		})
	}
}
