package samcheck_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"valkyrie/alerts/twilio/standin"
	"valkyrie/infra/suite"
	"valkyrie/probes/demoshop"
)

// The regions of samconfig.toml, in the order of its environments.
var regions = []string{"eu-west-1", "eu-central-1", "us-east-1"}

// TestSAM deploys, uses and destroys. Its parts build on each other.
func TestSAM(t *testing.T) {
	d := newDesk(t)
	suite.Core(t)
	shop, err := demoshop.New(demoshop.Config{PrintTime: 50 * time.Millisecond, OrderTime: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	site := httptest.NewServer(shop)
	t.Cleanup(func() { shop.Close() })
	t.Cleanup(site.Close)
	transport := redirect{http.DefaultTransport.(*http.Transport).Clone(), ""}
	exchange := standin.New(standin.Options{
		RingTime: 10 * time.Millisecond, SpeakTime: time.Millisecond, MessageLatency: time.Millisecond,
		Client: &http.Client{Timeout: 15 * time.Second, Transport: &transport},
	})
	phone := httptest.NewServer(exchange)
	t.Cleanup(phone.Close)
	t.Cleanup(exchange.Close) // before its server
	d.phone = phone.URL
	d.emulate()
	transport.endpoint = d.endpoint
	d.configure(site.URL)

	d.validate()
	d.build()
	d.pack()
	d.deployInterrupted()
	d.secrets()
	d.use(shop, exchange)
	d.update()
	d.destroy()
}

// configure points samconfig.toml at the practice shop and the stand-in's account. The schedules of the probes are paused:
// the test makes their invocations, and the emulator's scheduler those of the pagers.
func (d *desk) configure(site string) {
	d.Helper()
	path := filepath.Join(d.dir, "samconfig.toml")
	text, err := os.ReadFile(filepath.Join(d.dir, "infra/template/testdata/samconfig.toml"))
	if err != nil {
		d.Fatal(err)
	}
	changed := regexp.MustCompile(`"SiteUrl=[^"]*"`).ReplaceAll(text, []byte(`"SiteUrl=`+site+`",`+"\n"+`  "Schedules=DISABLED"`))
	changed = regexp.MustCompile(`TwilioAccountSid=AC\w+`).ReplaceAll(changed, []byte("TwilioAccountSid="+standin.DemoAccountSID))
	if bytes.Count(changed, []byte(site)) != len(regions) {
		d.Fatalf("samconfig.toml: expected %d environments with a SiteUrl:\n%s", len(regions), changed)
	}
	if err := os.WriteFile(path, changed, 0o600); err != nil {
		d.Fatal(err)
	}
}

// validate has SAM and cfn-lint, which it brings along, examine the template.
func (d *desk) validate() {
	out := d.run("sam", "validate", "--lint", "--region", regions[0])
	if !strings.Contains(out, "is a valid SAM Template") {
		d.Errorf("sam validate: %s", out)
	}
	d.Log("sam validate --lint: valid")
}

// build builds with SAM and with make: each file must be the same, byte for byte.
func (d *desk) build() {
	d.run("sam", "build", "--build-in-source")
	d.run("make", "functions", "build-Chrome")
	files := 0
	for _, id := range []string{"Probe", "Pager", "Webhook", "Chrome"} {
		ours, theirs := d.sums("bin/lambda/"+id), d.sums(".aws-sam/build/"+id)
		delete(ours, "../"+id+".zip")
		for name, sum := range ours {
			if theirs[name] != sum {
				d.Errorf("%s: %s differs between make and sam build", id, name)
			}
		}
		if len(ours) != len(theirs) || len(ours) == 0 {
			d.Errorf("%s: make builds %d files, sam build %d", id, len(ours), len(theirs))
		}
		files += len(ours)
	}
	d.Logf("sam build: %d files of three functions and the layer, identical to those of make", files)
}

// sums returns the checksums of the files below a folder.
func (d *desk) sums(folder string) map[string]string {
	d.Helper()
	sums := map[string]string{}
	root := filepath.Join(d.dir, folder)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		sums[name] = fmt.Sprintf("%x", sha256.Sum256(body))
		return err
	})
	if err != nil {
		d.Fatal(err)
	}
	return sums
}

// pack uploads what was built, and requires that the packaged template names only that.
func (d *desk) pack() {
	d.run("aws", "s3", "mb", "s3://packages", "--region", regions[0])
	d.run("sam", "package", "--s3-bucket", "packages", "--region", regions[0], "--output-template-file", "packaged.yaml")
	text, err := os.ReadFile(filepath.Join(d.dir, "packaged.yaml"))
	if err != nil {
		d.Fatal(err)
	}
	found := regexp.MustCompile(`(?:CodeUri|ContentUri): (\S+)`).FindAllStringSubmatch(string(text), -1)
	for _, m := range found {
		if !strings.HasPrefix(m[1], "s3://packages/") {
			d.Errorf("sam package: %s is not uploaded", m[1])
		}
	}
	if len(found) != 4 {
		d.Errorf("sam package: expected three functions and a layer, got %v", found)
	}
	d.Log("sam package: 4 packages are uploaded")
}

// deployInterrupted deploys home, standby and the third region, and is interrupted at each kind of step: the same command,
// given again, continues.
func (d *desk) deployInterrupted() {
	d.Setenv("BUILD", "") // the first time only, since it builds everything
	for _, step := range []string{"Build Succeeded", "Deploying with following values", "Changeset created successfully", "CREATE_IN_PROGRESS", "== standby"} {
		out, err := d.attempt(step, "infra/deploy.sh", "up")
		if !errors.Is(err, errInterrupted) {
			d.Fatalf("deploy.sh up: expected to interrupt it at %q, got %v\n%s\n%s", step, err, tail(out, 5000), d.emulatorLog())
		}
		d.Setenv("BUILD", "no")
	}
	out := d.run("infra/deploy.sh", "up")
	for _, want := range []string{"CloudFormation stack changeset", "deployed: home standby us", ".lambda-url.eu-west-1.on.aws/twilio/reply"} {
		if !strings.Contains(out, want) {
			d.Errorf("deploy.sh up: expected %q in\n%s", want, tail(out, 4000))
		}
	}
	for _, region := range regions {
		if status := d.status(region); !slices.Contains([]string{"CREATE_COMPLETE", "UPDATE_COMPLETE"}, status) {
			d.Errorf("the stack in %s is in %s", region, status)
		}
	}
	d.Log("deploy.sh up: three regions, after five interruptions")
}

// status returns the status of a region's stack; "" without one.
func (d *desk) status(region string) string {
	d.Helper()
	name := "valkyrie"
	out, err := cloudformation.NewFromConfig(d.config(region)).DescribeStacks(d.Context(), &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil || len(out.Stacks) == 0 {
		return ""
	}
	return string(out.Stacks[0].StackStatus)
}

// outputs returns the outputs of a region's stack.
func (d *desk) outputs(region string) map[string]string {
	d.Helper()
	name := "valkyrie"
	out, err := cloudformation.NewFromConfig(d.config(region)).DescribeStacks(d.Context(), &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil || len(out.Stacks) == 0 {
		d.Fatal("describe the stack in ", region, ": ", err)
	}
	all := map[string]string{}
	for _, o := range out.Stacks[0].Outputs {
		all[*o.OutputKey] = *o.OutputValue
	}
	return all
}

// secrets stores the secrets as infra/README.md says.
func (d *desk) secrets() {
	d.Helper()
	for _, region := range regions {
		for name, value := range map[string]string{
			"probe/shop-email": demoshop.DemoEmail, "probe/shop-password": demoshop.DemoPassword,
			"phone/twilio-auth-token": standin.DemoAuthToken, "phone/beat-key": "a key of a test, long enough",
		} {
			name = "/valkyrie/" + name
			if _, err := ssm.NewFromConfig(d.config(region)).PutParameter(context.WithoutCancel(d.Context()), &ssm.PutParameterInput{
				Name: &name, Value: &value, Type: ssmtypes.ParameterTypeSecureString,
			}); err != nil {
				d.Fatal(err)
			}
		}
	}
}
