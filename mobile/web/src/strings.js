// All that the page says, in every language that it speaks.

const STRINGS = {
  en: {
    name: "Cartoonizer",
    other: "한국어",
    skip: "Skip to the picture",
    promise: "Your photos stay on this device",
    picture: "Picture",
    controls: "Controls",
    before: "Photo",
    after: "Cartoon",
    beforePicture: "The photo",
    afterPicture: "The photo as a cartoon, style {style}",
    divider: "Before and after: how much of the photo shows",
    drop: "Drop the photo here",
    choose: "Choose a photo",
    camera: "Camera",
    hint: "You can also drop a photo anywhere, or paste one.",
    style: "Style",
    strength: "Strength",
    size: "Drawing size",
    fast: "Fast",
    fine: "Fine",
    save: "Save",
    share: "Share",
    details: "How it runs",
    engine: "Draw on",
    engineAuto: "Automatic",
    engineGpu: "Graphics chip (GPU)",
    engineCpu: "Processor (CPU)",
    running: "Now running on",
    took: "Last drawing took",
    offline: "Without a network",
    licence: "Licence of this style",
    progress: "Progress",
    updated: "A new version is here.",
    reload: "Reload",
    closeCamera: "Close the camera",
    shutter: "Take the picture",
    switchCamera: "Switch to the other camera",
    example: "This is an example. Choose a photo of your own.",
    opening: "Opening the photo…",
    start: "Starting the engine…",
    download: "Loading the style… {percent}%",
    draw: "Drawing…",
    drawn: "Done. Drawn in {seconds} s.",
    shrunk: "Done in {seconds} s. The photo was {from}; the cartoon is {to}.",
    live: "Live from your camera, {rate} pictures a second",
    saved: "Saved as {file}",
    shared: "Shared",
    onGpu: "GPU",
    onCpu: "CPU, {threads} threads",
    onCpuAlone: "CPU, 1 thread",
    fellBack: "The GPU was tried and the CPU draws instead: {reason}.",
    offlineReady: "Works",
    offlineLoading: "Getting ready… {done} of {all}",
    offlineNo: "Not in this browser window",
    offlineFull: "Not yet: no room or no network to keep the styles",
    second: "{seconds} s",
    noPhoto: "This file is no photo that this browser can open: {name}",
    noPaste: "There is no photo on the clipboard.",
    tooLarge: "The photo is too large for this browser: {name}",
    blank: "The drawing came out blank: there is too little memory. Close other tabs or choose “Fast”.",
    failed: "It could not be drawn: {reason}",
    noCamera: "No camera was found.",
    cameraRefused: "The camera may not be used. Allow it in the browser’s settings for this page.",
    cameraBusy: "The camera cannot be opened: {reason}",
    unsupported: "This browser cannot draw here: it lacks {what}. Please use a current Chrome, Edge, Firefox or Safari.",
    noModels: "The models are missing on this server: {reason}",
    notSaved: "It could not be saved: {reason}",
  },
  ko: {
    name: "카투나이저",
    other: "English",
    skip: "그림으로 건너뛰기",
    promise: "사진은 이 기기 밖으로 나가지 않습니다",
    picture: "그림",
    controls: "설정",
    before: "사진",
    after: "만화",
    beforePicture: "원본 사진",
    afterPicture: "{style} 스타일의 만화로 바꾼 사진",
    divider: "전후 비교: 원본 사진이 보이는 비율",
    drop: "여기에 사진을 놓으세요",
    choose: "사진 고르기",
    camera: "카메라",
    hint: "사진을 끌어다 놓거나 붙여넣어도 됩니다.",
    style: "스타일",
    strength: "강도",
    size: "그리기 크기",
    fast: "빠르게",
    fine: "세밀하게",
    save: "저장",
    share: "공유",
    details: "실행 정보",
    engine: "그리는 장치",
    engineAuto: "자동",
    engineGpu: "그래픽 칩 (GPU)",
    engineCpu: "프로세서 (CPU)",
    running: "지금 쓰는 장치",
    took: "마지막 그리기 시간",
    offline: "인터넷 없이",
    licence: "이 스타일의 라이선스",
    progress: "진행 상황",
    updated: "새 버전이 있습니다.",
    reload: "새로고침",
    closeCamera: "카메라 닫기",
    shutter: "사진 찍기",
    switchCamera: "다른 카메라로 바꾸기",
    example: "예시 그림입니다. 내 사진을 골라 보세요.",
    opening: "사진을 여는 중…",
    start: "엔진을 시작하는 중…",
    download: "스타일을 불러오는 중… {percent}%",
    draw: "그리는 중…",
    drawn: "완성했습니다. {seconds}초 걸렸습니다.",
    shrunk: "{seconds}초 만에 완성했습니다. 사진은 {from}, 만화는 {to}입니다.",
    live: "카메라 실시간, 초당 {rate}장",
    saved: "{file} 파일로 저장했습니다",
    shared: "공유했습니다",
    onGpu: "GPU",
    onCpu: "CPU, 스레드 {threads}개",
    onCpuAlone: "CPU, 스레드 1개",
    fellBack: "GPU를 쓸 수 없어 CPU로 그립니다: {reason}.",
    offlineReady: "쓸 수 있습니다",
    offlineLoading: "준비 중… {all}개 중 {done}개",
    offlineNo: "이 창에서는 쓸 수 없습니다",
    offlineFull: "아직 안 됩니다: 저장 공간이나 인터넷이 부족합니다",
    second: "{seconds}초",
    noPhoto: "이 브라우저에서 열 수 없는 파일입니다: {name}",
    noPaste: "클립보드에 사진이 없습니다.",
    tooLarge: "이 브라우저에서 열기에는 사진이 너무 큽니다: {name}",
    blank: "메모리가 부족해 빈 그림이 나왔습니다. 다른 탭을 닫거나 ‘빠르게’를 골라 주세요.",
    failed: "그리지 못했습니다: {reason}",
    noCamera: "카메라를 찾지 못했습니다.",
    cameraRefused: "카메라를 쓸 수 없습니다. 브라우저 설정에서 이 페이지에 허용해 주세요.",
    cameraBusy: "카메라를 열지 못했습니다: {reason}",
    unsupported: "이 브라우저에서는 그릴 수 없습니다. {what} 기능이 없습니다. 최신 Chrome, Edge, Firefox, Safari를 사용해 주세요.",
    noModels: "서버에 모델이 없습니다: {reason}",
    notSaved: "저장하지 못했습니다: {reason}",
  },
};

const STYLE_NAMES = {
  paprika: { en: "Paprika", ko: "파프리카" },
  hayao: { en: "Hayao", ko: "하야오" },
  hosoda: { en: "Hosoda", ko: "호소다" },
  shinkai: { en: "Shinkai", ko: "신카이" },
};

const KEY = "language";
let language = choose();

function choose() {
  const kept = recall(KEY);
  if (kept in STRINGS) return kept;
  const wanted = navigator.languages ?? [navigator.language ?? "en"];
  const known = wanted.map((tag) => tag.slice(0, 2)).find((tag) => tag in STRINGS);
  return known ?? "en";
}

/** What is kept between visits; nothing where the browser keeps nothing. */
export function recall(key) {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

/** Keeps a setting for the next visit, where the browser allows it. */
export function keep(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // a private window: the setting lasts as long as the page
  }
}

/** A sentence in the present language, its {places} filled. */
export function say(key, values = {}) {
  return STRINGS[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** A style's name in the present language; an unknown one's as it is. */
export function styleName(style) {
  return STYLE_NAMES[style]?.[language] ?? style;
}

/** Writes all fixed texts into the page. */
export function translate() {
  document.documentElement.lang = language;
  document.title = say("name");
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = say(element.dataset.text);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", say(element.dataset.label));
  }
  const button = document.getElementById("language");
  button.textContent = say("other");
  button.lang = language === "en" ? "ko" : "en";
}

/** Changes to the other language. */
export function switchLanguage() {
  language = language === "en" ? "ko" : "en";
  keep(KEY, language);
}

export const languages = STRINGS;
