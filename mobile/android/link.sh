#!/bin/sh
# Compiles the resources and links them with the manifest by aapt2, and gathers the models,
# as the Gradle build would (`copyModels`): what Robolectric and the compiler want, under app/target/.
#   link.sh FRAMEWORK.apk MODELS
set -eu
framework=$1
models=$(cd "$2" && pwd)
cd "$(dirname "$0")/app"
rm -rf target/generated target/compiled target/assets
mkdir -p target/generated target/compiled target/assets/models
aapt2 compile --dir src/main/res -o target/compiled/res.zip
# Gradle's plugin puts package and versions in; aapt2 alone wants them in the file
sed -e 's/<manifest /<manifest package="org.cartoongan.app" /' \
  -e 's/${applicationId}/org.cartoongan.app/' \
  -e 's#<application#<uses-sdk android:minSdkVersion="24" android:targetSdkVersion="35" />\n    <application#' \
  src/main/AndroidManifest.xml > target/compiled/AndroidManifest.xml
for contract in "$models"/*/tflite/model.json; do
  style=$(basename "$(dirname "$(dirname "$contract")")")
  mkdir -p "target/assets/models/$style"
  cp "$contract" "$(dirname "$contract")"/*.tflite "target/assets/models/$style/"
done
# what finds faces lies beside the Python that runs it too, and its licence at the repository's top
cp ../../../cartoongan_tf/pictures/faces.tflite ../../../NOTICE target/assets/
mkdir target/assets/samples
cp ../../web/src/samples/*.jpg target/assets/samples/ # the page's, credited in NOTICE
aapt2 link -I "$framework" --manifest target/compiled/AndroidManifest.xml \
  -A target/assets -0 .tflite --version-code 1 --version-name 1.0 --java target/generated \
  -o target/resources.apk target/compiled/res.zip
echo "$(pwd)/target/resources.apk"
