// Package cloudtest is a stand-in for the parts of AWS that tests need, behind one address: parameters and secrets, buckets,
// and functions to invoke. Clients use the real SDK and protocols, and the region in a request's signature selects the
// region. A program built for Lambda therefore runs against it unchanged, with AWS_ENDPOINT_URL in its environment. A region's
// service can be made unreachable.
//
// Tables need a DynamoDB-compatible server, to which [Cloud.Forward] forwards their requests.
package cloudtest

import (
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// Credentials of the account. They are AWS's published example keys.
const (
	AccessKey = "AKIAIOSFODNN7EXAMPLE"
	SecretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

// Names of the services in signatures.
const (
	CloudWatch     = "monitoring"
	DynamoDB       = "dynamodb"
	EventBridge    = "events"
	Lambda         = "lambda"
	S3             = "s3"
	SecretsManager = "secretsmanager"
	SNS            = "sns"
	SSM            = "ssm"
	XRay           = "xray"
)

// A Cloud is an AWS account. Its methods are safe for concurrent use.
type Cloud struct {
	URL    string
	server *httptest.Server

	mu         sync.Mutex
	parameters map[string]string
	secrets    map[string]string
	objects    map[string]*s3mem.Backend // by region
	services   map[string]http.Handler   // by region and service: tables and buckets
	functions  map[string]func(payload []byte)
	down       map[string]bool // by region and service
	requests   map[string]int  // by service and operation
	tableCalls map[TableCall]bool
}

// New starts a Cloud. Close it when done.
func New() *Cloud {
	c := &Cloud{
		parameters: map[string]string{}, secrets: map[string]string{}, objects: map[string]*s3mem.Backend{}, services: map[string]http.Handler{},
		functions: map[string]func([]byte){}, down: map[string]bool{}, requests: map[string]int{},
		tableCalls: map[TableCall]bool{},
	}
	c.server = httptest.NewServer(c)
	c.URL = c.server.URL
	return c
}

// Close stops the server and cuts its connections.
func (c *Cloud) Close() {
	c.server.CloseClientConnections()
	c.server.Close()
}

// Config returns the configuration of a client in a region.
func (c *Cloud) Config(region string) aws.Config {
	return aws.Config{
		Region: region, BaseEndpoint: &c.URL, Credentials: credentials.NewStaticCredentialsProvider(AccessKey, SecretKey, ""),
		HTTPClient: c.server.Client(),
	}
}

// Environ returns the same configuration as environment variables of a program.
func (c *Cloud) Environ(region string) []string {
	return []string{
		"AWS_REGION=" + region, "AWS_ENDPOINT_URL=" + c.URL, "AWS_ACCESS_KEY_ID=" + AccessKey, "AWS_SECRET_ACCESS_KEY=" + SecretKey,
		"AWS_EC2_METADATA_DISABLED=true",
	}
}

// Down makes a region's service unreachable, by cutting connections, or reachable again.
func (c *Cloud) Down(region, service string, down bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down[region+" "+service] = down
}

// Requests counts the requests so far, by service and operation, such as "s3 PUT" or "dynamodb PutItem".
func (c *Cloud) Requests() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.requests)
}

// scope matches the caller, the region and the service in a request's signature.
var scope = regexp.MustCompile(`Credential=` + AccessKey + `([A-Z]*)/[0-9]{8}/([a-z0-9-]+)/([a-z0-9]+)/aws4_request`)

// ServeHTTP dispatches by the region and the service that the request was signed for.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	found := scope.FindStringSubmatch(r.Header.Get("Authorization"))
	if found == nil {
		http.Error(w, "not signed with the credentials of this account", http.StatusForbidden)
		return
	}
	caller, region, service := found[1], found[2], found[3]
	if service == DynamoDB {
		c.noteTableCall(caller, r)
	}
	h, down := c.route(region, service, r)
	if down {
		panic(http.ErrAbortHandler) // cuts the connection
	}
	h.ServeHTTP(w, r)
}

func (c *Cloud) route(region, service string, r *http.Request) (h http.Handler, down bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests[service+" "+operation(r)]++
	h = c.services[region+" "+service]
	switch {
	case h != nil:
	case service == SSM, service == SecretsManager:
		h = http.HandlerFunc(c.serveSecrets)
	case service == Lambda:
		h = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.invoke(w, r, region) })
	default:
		h = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, fmt.Sprintf("there is no %s in %s", service, region), http.StatusNotImplemented)
		})
	}
	return h, c.down[region+" "+service]
}

// operation returns the target of a JSON protocol, or else the method.
func operation(r *http.Request) string {
	if _, name, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		return name
	}
	return r.Method
}

// Serve sets the handler of a region's service.
func (c *Cloud) Serve(region, service string, h http.Handler) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.services[region+" "+service] = h
}

// Bucket creates a bucket in a region.
func (c *Cloud) Bucket(region, name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.objects[region] == nil {
		c.objects[region] = s3mem.New()
		c.services[region+" "+S3] = gofakes3.New(c.objects[region]).Server()
	}
	return c.objects[region].CreateBucket(name)
}

// Forward forwards requests for a region's service to a server, such as "http://127.0.0.1:8000".
func (c *Cloud) Forward(region, service, endpoint string) error {
	target, err := url.Parse(endpoint)
	if err != nil {
		return err
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ErrorLog = log.New(io.Discard, "", 0) // it reports clients that gave up
	c.Serve(region, service, proxy)
	return nil
}
