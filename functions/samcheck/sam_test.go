package samcheck_test

import (
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

// TestSAM deploys, uses and destroys. Its parts build on each other. With -short, as CI runs it, home and standby are deployed, without
// interruptions, and neither updated nor given a key or a VPC.
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

	valid := d.beside("sam", "validate", "--lint", "--region", regions[0])
	d.build()
	if out := valid(); !strings.Contains(out, "is a valid SAM Template") {
		t.Errorf("sam validate: %s", out)
	}
	t.Log("sam validate --lint: valid")
	if d.whole {
		d.pack()
		d.deployInterrupted()
	} else {
		d.archive() // first: SAM takes half a minute each time to make archives of Chrome
		d.pack()
		d.deploy()
	}
	d.secrets()
	d.doctor()
	if d.whole {
		d.underInterface()
		d.canary()
	}
	d.use(shop, exchange)
	if d.whole {
		d.update()
		d.sync()
	}
	d.destroy()
}

// configure points samconfig.toml at the practice shop and the stand-in's account. The schedules of the probes are paused:
// the test makes their invocations, and the emulator's scheduler those of the pagers. The third region has a VPC, and all of them a key.
func (d *desk) configure(site string) {
	d.Helper()
	text := d.read("infra/template/testdata/samconfig.toml")
	shared, third := "", ""
	if d.whole {
		shared, third = d.key(), d.network(regions[2])
	} else {
		text, _, _ = strings.Cut(text, "\n[us.")
		text = strings.ReplaceAll(text, ","+regions[2], "")
		shared = "  \"Tries=1\",\n" // as from three regions
	}
	changed := regexp.MustCompile(`(?m)^  "SiteUrl=.*\n`).ReplaceAllString(text, `  "SiteUrl=`+site+`",`+"\n"+`  "Schedules=DISABLED",`+"\n"+shared)
	changed = regexp.MustCompile(`TwilioAccountSid=AC\w+`).ReplaceAllString(changed, "TwilioAccountSid="+standin.DemoAccountSID)
	if i := strings.Index(changed, "[us.deploy.parameters]"); i >= 0 {
		changed = changed[:i] + strings.Replace(changed[i:], "  \"SiteUrl=", third+"  \"SiteUrl=", 1)
	}
	if strings.Count(changed, site) != len(d.regions) {
		d.Fatalf("samconfig.toml: expected %d environments with a SiteUrl:\n%s", len(d.regions), changed)
	}
	d.write("samconfig.toml", changed)
}

// functions and the layer, by their logical names.
var artifacts = []string{"Probe", "Pager", "Webhook", "Chrome"}

// build builds with SAM and with make: each file must be the same, byte for byte.
func (d *desk) build() {
	d.run("sam", "build", "--build-in-source")
	d.run("make", "build-Probe", "build-Pager", "build-Webhook", "build-Chrome")
	files := 0
	for _, id := range artifacts {
		ours, theirs := d.sums("bin/lambda/"+id), d.sums(".aws-sam/build/"+id)
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

// archive makes an archive of each folder that SAM has built, and has SAM's template name it. SAM would make the same ones again for each
// region and each attempt, and compares them with the uploaded ones only afterwards.
func (d *desk) archive() {
	d.Helper()
	d.run("go", "build", "-o", "bin/bundle", "./infra/bundle")
	template := d.read(".aws-sam/build/template.yaml")
	for _, id := range artifacts {
		d.run("bin/bundle", ".aws-sam/build/"+id)
		named := regexp.MustCompile(`(CodeUri|ContentUri): ` + id + `\b`)
		if len(named.FindAllString(template, -1)) != 1 {
			d.Fatalf("the template that SAM has built: expected one CodeUri or ContentUri %s:\n%s", id, tail(template, 5000))
		}
		template = named.ReplaceAllString(template, "$1: "+id+".zip")
	}
	d.write(".aws-sam/build/template.yaml", template)
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

// pack uploads the built functions, and requires that the packaged template names only that.
func (d *desk) pack() {
	d.run("aws", "s3", "mb", "s3://packages", "--region", regions[0])
	d.run("sam", "package", "--s3-bucket", "packages", "--region", regions[0], "--output-template-file", "packaged.yaml")
	found := regexp.MustCompile(`(?:CodeUri|ContentUri): (\S+)`).FindAllStringSubmatch(d.read("packaged.yaml"), -1)
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

// deploy deploys the regions.
func (d *desk) deploy() {
	d.Setenv("BUILD", "no")
	out := d.run("infra/deploy.sh", "up")
	for _, want := range []string{"CloudFormation stack changeset", "deployed: home standby", ".lambda-url.eu-west-1.on.aws/twilio/reply"} {
		if !strings.Contains(out, want) {
			d.Errorf("deploy.sh up: expected %q in\n%s", want, tail(out, 4000))
		}
	}
	for _, region := range d.regions {
		if status := d.status(region); !slices.Contains([]string{"CREATE_COMPLETE", "UPDATE_COMPLETE"}, status) {
			d.Errorf("the stack in %s is in %s", region, status)
		}
	}
	d.Logf("deploy.sh up: %d regions", len(d.regions))
}

// deployInterrupted deploys the regions, and is interrupted at each kind of step: the same command, given again, continues.
func (d *desk) deployInterrupted() {
	d.Setenv("BUILD", "") // the first time only, since it builds everything
	for _, step := range []string{"Build Succeeded", "Deploying with following values", "Changeset created successfully", "CREATE_IN_PROGRESS", "== standby"} {
		out, err := d.attempt(step, "infra/deploy.sh", "up")
		if !errors.Is(err, errInterrupted) {
			d.Fatalf("deploy.sh up: expected to interrupt it at %q, got %v\n%s\n%s", step, err, tail(out, 5000), d.emulatorLog())
		}
		if step == "Build Succeeded" {
			d.archive()
		}
		d.Setenv("BUILD", "no")
	}
	d.Log("deploy.sh up: interrupted five times")
	d.deploy()
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
	for _, region := range d.regions {
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
