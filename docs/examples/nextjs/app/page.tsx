import Link from "next/link";

export default function Home() {
  return (
    <main>
      <h1>Upload example</h1>
      <p>
        <Link href="/complete">Complete your application</Link>
      </p>
      <p>
        <Link href="/large">Send a large file in parts</Link>
      </p>
    </main>
  );
}
