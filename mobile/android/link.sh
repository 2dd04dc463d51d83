#!/bin/sh
# Compiles the resources and links them with the manifest, as the Gradle plugin would:
# target/resources.apk for Robolectric, target/generated/.../R.java for the compiler.
set -eu
cd "$(dirname "$0")/app"
framework=$1 # a jar with Android's own resources
rm -rf target/generated target/compiled && mkdir -p target/generated target/compiled
aapt2 compile --dir src/main/res -o target/compiled/res.zip
# Gradle's plugin puts in the package; aapt2 alone wants it in the file
sed 's/<manifest /<manifest package="org.cartoongan.app" /' src/main/AndroidManifest.xml \
  > target/compiled/AndroidManifest.xml
aapt2 link -I "$framework" --manifest target/compiled/AndroidManifest.xml \
  --min-sdk-version 24 --target-sdk-version 36 --version-code 1 --version-name 1.0 \
  --java target/generated --proguard target/compiled/keep.txt \
  -o target/resources.apk target/compiled/res.zip
echo "$(pwd)/target/resources.apk"
