#!/usr/bin/env bash
# Puts together what a release publishes, in bin/release: the zips of the functions and of the layer, which contain their notices, an SBOM
# of each, and the checksums of all. `make release` builds the zips and runs it.
set -euo pipefail
cd "$(dirname "$0")/.."
sbom=github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
rm -rf bin/release
mkdir -p bin/release
for function in Probe Pager Webhook; do
  cp "bin/lambda/$function.zip" bin/release/
  go run "$sbom" bin -json -std -noserial -output "bin/release/$function.cdx.json" "bin/lambda/$function/bootstrap" 2>/dev/null
done
cp bin/lambda/Chrome.zip bin/release/
go run ./infra/notices -sbom >bin/release/Chrome.cdx.json
(cd bin/release && sha256sum -- * >SHA256SUMS)
ls -l bin/release
